// Command chatproof tells whether an implementation turns a chat's event stream into the fact rows that Genesys Info
// Mart documents.
package main

import (
	"context"
	"os"

	"github.com/chatproof/chatproof/internal/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
