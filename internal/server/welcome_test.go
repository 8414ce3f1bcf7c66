package server

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestAThousandRepositoriesAreGreetedSlowly: the greetings of a large installation are spread over time and come after
// what people have just done.
func TestAThousandRepositoriesAreGreetedSlowly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var names []string
	for n := range 1000 {
		names = append(names, fmt.Sprintf(`{"full_name":"acme/r%03d"}`, n))
	}
	body := `{"action":"created","installation":{"id":9,"account":{"login":"acme"}},"sender":{"login":"bob","id":103},"repositories":[` + strings.Join(names, ",") + `]}`
	began := d.Now()
	if status, message := deliver(d.Server, delivery(t, "guid", "installation", []byte(body))); status != 202 {
		t.Fatalf("answered %d %s", status, message)
	}
	rows, err := d.Store.Queue(t.Context(), 5000)
	if err != nil {
		t.Fatal(err)
	}
	count, last := 0, began
	within := map[int]int{} // greetings by minute
	for _, r := range rows {
		if strings.HasPrefix(r.Key, kindWelcome+" ") {
			count++
			within[int(r.Due.Sub(began)/time.Minute)]++
			if r.Due.After(last) {
				last = r.Due
			}
		}
	}
	if count != 1000 || last.Sub(began).Round(time.Second) != 999*welcomePace {
		t.Errorf("%d greetings, the last after %s", count, last.Sub(began))
	}
	for minute, n := range within {
		if n > int(time.Minute/welcomePace) {
			t.Errorf("%d greetings in minute %d", n, minute)
		}
	}
}
