package secret

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOfHeader(t *testing.T) {
	const said = "refused: the event of the agent, user:hunter22, dXNlcjpodW50ZXIyMg==, t0psecret-token, en, abc, abcd"
	for _, tt := range []struct{ name, header, value, want, reason string }{
		{"a language", "Accept-Language", "en", said, "no credential"},
		{"a content type", "Content-Type", "event", said, "no credential"},
		{"a bearer's token", "Authorization", "Bearer t0psecret-token", "refused: the event of the agent, user:hunter22, dXNlcjpodW50ZXIyMg==, …, en, abc, abcd", "the scheme aside"},
		{"a token without its scheme", "X-Api-Key", "t0psecret-token", "refused: the event of the agent, user:hunter22, dXNlcjpodW50ZXIyMg==, …, en, abc, abcd", "by the name of the header"},
		{"Basic", "Authorization", "Basic dXNlcjpodW50ZXIyMg==", "refused: the event of the agent, …, …, t0psecret-token, en, abc, abcd", "encoded and decoded"},
		{"a short password", "X-Password", "abc", "refused: the event of the agent, user:hunter22, dXNlcjpodW50ZXIyMg==, t0psecret-token, en, …, abcd", "as a word of its own"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, OfHeader(http.Header{tt.header: {tt.value}}).Hide(said), tt.reason)
		})
	}
}

func TestInHeader(t *testing.T) {
	for name, want := range map[string]bool{
		"Authorization": true, "Cookie": true, "X-API-Key": true, "Api-Key": true, "X-Auth-Token": true, "Proxy-Authorization": true, "X-Amz-Security-Token": true,
		"Accept": false, "Accept-Language": false, "X-Request-Id": false, "X-Keyspace": false, "Idempotency-Key": false, "User-Agent": false,
	} {
		assert.Equal(t, want, InHeader(name), name)
	}
}
