// Command go classifies chats over HTTP, with the standard library alone: it answers a POST of event lines with fact
// lines. R and I are the rules of 'chatproof list rules'.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "the address to serve at; port 0 is any that is free")
	flag.Parse()
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s/\n", l.Addr())
	log.Fatal(http.Serve(l, http.HandlerFunc(serve)))
}

const mostBytes = 64 << 20

func serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "POST event lines here", http.StatusMethodNotAllowed)
		return
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, mostBytes)); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var ids []string // in the order of their first event: the same request gives the same bytes
	chats := make(map[string][]event)
	for line := range bytes.Lines(body.Bytes()) {
		var e event
		if err := json.Unmarshal(line, &e); err != nil || e.ID == "" {
			if len(bytes.TrimSpace(line)) > 0 {
				log.Printf("%q: no event: %v", line, err)
			}
			continue
		}
		if chats[e.ID] == nil {
			ids = append(ids, e.ID)
		}
		chats[e.ID] = append(chats[e.ID], e)
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	answer := json.NewEncoder(w)
	for _, id := range ids {
		facts, err := classify(chats[id])
		if err != nil {
			log.Printf("%q: no facts: %v", id, err) // those of the others are sent
		}
		for _, f := range facts {
			answer.Encode(f) //nolint:errcheck // the client has gone
		}
	}
}
