package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

// healthCommand asks a running service whether it is alive: the health check of the container image,
// which holds no other program.
func healthCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "health",
		Short: "Ask the service on this machine whether it is ready",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			listen := s.getenv("BYLAW_LISTEN")
			if listen == "" {
				listen = ":8080"
			}
			host, port, err := net.SplitHostPort(listen)
			if err != nil {
				return usagef("BYLAW_LISTEN must be an address such as :8080, not %q", listen)
			}
			if host == "" || host == "0.0.0.0" || host == "::" {
				host = "127.0.0.1"
			}
			address := net.JoinHostPort(host, port)
			ctx, cancel := context.WithTimeout(c.Context(), 5*time.Second)
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
			if err != nil {
				return err
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				fmt.Fprintf(s.err, "bylaw: the service does not answer at %s (BYLAW_LISTEN names the address)\n", address)
				return exit(exitNotAccepted)
			}
			defer response.Body.Close()
			if response.StatusCode != http.StatusOK {
				fmt.Fprintf(s.err, "bylaw: the service at %s is not ready; its log says why\n", address)
				return exit(exitNotAccepted)
			}
			fmt.Fprintln(s.out, "ready")
			return nil
		},
	}
}
