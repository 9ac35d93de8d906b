// Command go classifies chats over HTTP. It answers a POST of event lines with fact lines, and uses only the standard
// library. 'chatproof list rules' prints the rules R and I that the comments name.
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
	listen := flag.String("listen", "127.0.0.1:8080", "the address to serve at; port 0 means any free port")
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
	var ids []string // in the order of their first events, so that the same request gives the same bytes
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
			log.Printf("%q: no facts: %v", id, err) // the facts of the other chats are sent
		}
		for _, f := range facts {
			answer.Encode(f) //nolint:errcheck // it fails only if the client has gone
		}
	}
}
