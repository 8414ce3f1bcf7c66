package main

import (
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/policies"
)

// policyWorkerCommand is what this program starts itself as, to run policies that are not built in.
func policyWorkerCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:    "policy-worker",
		Short:  "Run policies for another bylaw process, within limits",
		Hidden: true,
		Args:   args(cobra.NoArgs),
		RunE:   func(*cobra.Command, []string) error { return policy.Work(s.in, s.out) },
	}
}

// newEngine makes an engine whose workers are this very program, and the built-in policies.
func newEngine() (*policy.Engine, []policy.Source, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	builtIn, err := policy.BuiltIn(policies.Files)
	if err != nil {
		return nil, nil, err
	}
	workers := &policy.Workers{Command: func() *exec.Cmd {
		cmd := exec.Command(program, "policy-worker")
		cmd.Env = []string{} // a policy has no use for the secrets of the service
		return cmd
	}}
	return &policy.Engine{Workers: workers}, builtIn, nil
}
