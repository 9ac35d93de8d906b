// Command chatproof tells whether an implementation turns a chat's event stream into the fact rows that Genesys Info
// Mart documents.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/chatproof/chatproof/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
