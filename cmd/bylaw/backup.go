package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/store"
)

func backupCommand(s streams) *cobra.Command {
	database := ""
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the SQLite database of the service to a new file while it goes on",
		Long: "Copies the SQLite database of the service, as it is at one moment, to a file that is not there yet. The\n" +
			"service may go on running. To restore it, stop the service, put the copy in the place of the database, remove the\n" +
			"files beside that end with -wal and -shm, and start the service: what happened since is read from GitHub again.",
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, given []string) error {
			kept, err := lookInto(c.Context(), s, database)
			if err != nil {
				return err
			}
			defer kept.Close()
			switch err := kept.Backup(c.Context(), given[0]); {
			case errors.Is(err, store.ErrPostgres):
				return usagef("this database is a PostgreSQL: back it up with pg_dump")
			case errors.Is(err, fs.ErrExist):
				return usagef("%s is there already; a backup never overwrites a file", given[0])
			case err != nil:
				return err
			}
			fmt.Fprintf(s.out, "%s holds the database and was read back\n", given[0])
			return nil
		},
	}
	databaseFlag(c, &database)
	return c
}
