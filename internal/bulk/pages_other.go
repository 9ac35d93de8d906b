//go:build !linux

package bulk

// room returns memory for many records.
func room(n int) []byte { return make([]byte, 0, n) }
