package github

import (
	"container/list"
	"sync"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// caches remembers what cannot change, or can be told to be outdated without a further call.
type caches struct {
	onLook func(name string, hit bool) // may be nil

	mu    sync.Mutex
	blobs *lru[blobKey, []byte]
	lists *lru[pullKey, fileList]
	bases *lru[repositoryKey, map[string]string]
}

// blobKey holds the installation, so that nobody reads what another installation was allowed to read.
type blobKey struct {
	installation int64
	oid          string
}

// pullKey holds the installation for the same reason. owner and repo are in lower case.
type pullKey struct {
	installation int64
	owner, repo  string
	number       int
}

// fileList is the list of changed files of a pull request.
type fileList struct {
	of    comparison
	files []bylaw.File
}

func newCaches(blobBytes int) *caches {
	if blobBytes == 0 {
		blobBytes = defaultBlobBytes
	}
	return &caches{blobs: newLRU[blobKey, []byte](blobBytes), lists: newLRU[pullKey, fileList](maxListedFiles), bases: newLRU[repositoryKey, map[string]string](maxRepositories)}
}

func (c *caches) blob(k blobKey) ([]byte, bool) { return look(c, "files", c.blobs, k) }

func (c *caches) keepBlob(k blobKey, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blobs.put(k, data, len(data)+len(k.oid))
}

func (c *caches) list(k pullKey) (fileList, bool) { return look(c, "changed files", c.lists, k) }

func look[K comparable, V any](c *caches, name string, in *lru[K, V], k K) (V, bool) {
	c.mu.Lock()
	v, ok := in.get(k)
	c.mu.Unlock()
	if c.onLook != nil {
		c.onLook(name, ok)
	}
	return v, ok
}

func (c *caches) keepList(k pullKey, l fileList) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lists.put(k, l, len(l.files)+1)
}

// lru is a map that forgets what was used longest ago once the costs of its values exceed most. A value
// that costs more alone is not kept. It is not safe for concurrent use.
type lru[K comparable, V any] struct {
	most, cost int
	items      map[K]*list.Element
	order      *list.List // newest first
}

type lruItem[K comparable, V any] struct {
	key   K
	value V
	cost  int
}

func newLRU[K comparable, V any](most int) *lru[K, V] {
	return &lru[K, V]{most: most, items: map[K]*list.Element{}, order: list.New()}
}

func (l *lru[K, V]) get(k K) (v V, ok bool) {
	e, ok := l.items[k]
	if !ok {
		return v, false
	}
	l.order.MoveToFront(e)
	return e.Value.(*lruItem[K, V]).value, true
}

func (l *lru[K, V]) put(k K, v V, cost int) {
	if e, ok := l.items[k]; ok {
		l.remove(e)
	}
	if cost > l.most {
		return
	}
	l.items[k] = l.order.PushFront(&lruItem[K, V]{k, v, cost})
	l.cost += cost
	for l.cost > l.most {
		l.remove(l.order.Back())
	}
}

func (l *lru[K, V]) remove(e *list.Element) {
	item := l.order.Remove(e).(*lruItem[K, V])
	delete(l.items, item.key)
	l.cost -= item.cost
}
