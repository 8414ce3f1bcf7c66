package roster

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// gitdmSize is how many blocks gitdm has, in some 12 MB with the addresses.
const gitdmSize = 56_621

// bigGitdm makes a file of the size and shape of gitdm: 41 % of its blocks have one row without dates,
// 20 % of its rows say Independent, and every third employer is one of few.
func bigGitdm() []byte {
	var b strings.Builder
	b.WriteString("# This is the main developers affiliations file.\n")
	for i := range gitdmSize {
		fmt.Fprintf(&b, "login-%06d: %s.%d!mail%d.example, login-%06d!users.noreply.github.com, second.address.of.%d!home%d.example\n",
			i, strings.Repeat("n", 20), i, i%9000, i, i, i%400)
		if i%100 < 41 {
			fmt.Fprintf(&b, "\tCompany Number %d Incorporated\n", i%7000)
			continue
		}
		rows := 2 + i%5
		for row := range rows {
			name := fmt.Sprintf("Company Number %d Incorporated", (i*7+row*13)%50_000)
			switch {
			case (i+row)%5 == 0:
				name = "Independent"
			case (i+row)%3 == 0:
				name = fmt.Sprintf("Large Company %d", i%30)
			}
			b.WriteString("\t" + name)
			if row > 0 {
				fmt.Fprintf(&b, " from %d-%02d-01", 2008+row*2, 1+i%12)
			}
			if row < rows-1 {
				fmt.Fprintf(&b, " until %d-%02d-01", 2010+row*2, 1+i%12)
			}
			b.WriteString("\n")
		}
	}
	return []byte(b.String())
}

func BenchmarkReadGitdm(b *testing.B) {
	data := bigGitdm()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r, stops := Read("developers_affiliations1.txt", "", data)
		if len(stops) > 0 || len(r.People) != gitdmSize {
			b.Fatalf("%d people, %v", len(r.People), stops)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	r, _ := Read("developers_affiliations1.txt", "", bigGitdm())
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i = (i + 7919) % gitdmSize
		p, ok := r.Person(r.People[i].Login, 0)
		if !ok || len(p.At("2011-06-15")) == 0 {
			b.Fatal("nobody is found")
		}
	}
}

// What is kept of a file is people, and not the file with everybody's addresses.
func TestAllOfGitdmIsKeptInLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 14 MB")
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	data := bigGitdm()
	before := heap()
	r, stops := Read("developers_affiliations1.txt", "", data)
	if len(stops) > 0 || len(r.People) != gitdmSize {
		t.Fatalf("%d people, %v", len(r.People), stops)
	}
	if kept := int(heap()-before) >> 20; kept > 100 {
		t.Errorf("%d MB are kept, want at most 100", kept)
	}
	runtime.KeepAlive(data)
	runtime.KeepAlive(r)
}
