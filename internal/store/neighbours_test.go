package store

import "testing"

func TestWorkRaisedByAnotherProcessIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	d := newPostgres(t)
	here, there := d.open(t), d.open(t)
	accept(t, there, intake("one", "a"))
	<-here.Wake()
	if c := take(t, here, "w"); c.Key != "a" {
		t.Errorf("want what the other has raised, got %s", c.Key)
	}

	// The connection that listens is lost, and with it news.
	var killed bool
	check(t, there.write.QueryRowContext(t.Context(), "SELECT pg_terminate_backend($1)", here.neighbours.ear.Load()).Scan(&killed))
	if !killed {
		t.Fatal("want the connection there to be ended")
	}
	<-here.Wake() // it listens again and looks what it missed
	check(t, there.Raise(t.Context(), Job{Key: "b"}))
	<-here.Wake()

	// The last news of a process that ends are told too.
	check(t, there.Raise(t.Context(), Job{Key: "c"}))
	check(t, there.Close())
	<-here.Wake()
}
