package secret

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const names = `(?:password|passwd|passphrase|pwd|token|secret|credentials?|(?:api|access|private)[-_]?key|authorization)`

var (
	// name matches the names of flags, variables and parameters that hold a credential.
	name = regexp.MustCompile(`(?i)` + names + `$|(?:^|[-_])(?:pass|auth|sas|sig|signature)$`)
	// assignment matches a word that gives a variable or a parameter a value.
	assignment = regexp.MustCompile(`(?s)^(-{0,2}[A-Za-z_][\w.-]*)=(.+)$`)
	// field matches a word that is a header line.
	field = regexp.MustCompile(`(?s)^([!#$%&'*+.^_|~0-9A-Za-z-]+):\s+(.+)$`)
	// attached matches some clients' flag that a password directly follows. A lower-case word or a number is none.
	attached  = regexp.MustCompile(`^-p([^=\s]*[^a-z=\s-][^=\s]*)$`)
	digits    = regexp.MustCompile(`^\d+$`)
	userFlags = []string{"-u", "--user", "--proxy-user"}
)

// within are credentials inside a text, each the group called secret, with what replaces the match.
var within = []struct {
	at   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`(?s)(:thin:[^/@]*)/(?P<secret>.*)@`), "$1@"},                                          // jdbc:oracle:thin:USER/PASSWORD@
	{regexp.MustCompile(`(?s)(\w:/{0,2}[^/:@\s]*):(?P<secret>.*)@`), "$1@"},                                    // postgres://USER:PASSWORD@
	{regexp.MustCompile(`(?i)([?&;][\w.-]*(?:` + names + `|sas|sig|signature)=)(?P<secret>[^&#;\s]+)`), "$1…"}, // ?token=…
	{regexp.MustCompile(`(?i)(\b(?:password|passwd|pwd)\s*=\s*)(?P<secret>'[^']*'|"[^"]*"|[^&;\s…]+)`), "$1…"}, // Server=…;Password=…
}

// Command returns the words of a command line as they are shown and recorded, and the credentials that it has hidden.
func Command(words []string) (shown []string, v Values) {
	shown = slices.Clone(words)
	for i, w := range words {
		before := ""
		if i > 0 {
			before = words[i-1]
		}
		switch given := assignment.FindStringSubmatch(w); {
		case strings.HasPrefix(before, "-") && name.MatchString(strings.TrimLeft(before, "-")) &&
			!strings.HasPrefix(w, "-"):
			v.add(w)
			shown[i] = "…"
		case slices.Contains(userFlags, before) && strings.Contains(w, ":"):
			user, password, _ := strings.Cut(w, ":")
			v.basic(user, password)
			shown[i] = user + ":…"
		case given != nil && name.MatchString(given[1]):
			v.add(given[2])
			shown[i] = given[1] + "=…"
		case attached.MatchString(w) && !digits.MatchString(w[2:]):
			v.add(w[2:])
			shown[i] = "-p…"
		default:
			shown[i] = v.word(w)
		}
	}
	v.sort()
	return shown, v
}

// word returns a word as it is shown, and adds its credentials: a header line's, or those inside a text.
func (v *Values) word(w string) string {
	if line := field.FindStringSubmatch(w); line != nil && InHeader(line[1]) {
		v.ofHeader(http.Header{line[1]: {line[2]}})
		return line[1] + ": …"
	}
	for _, s := range within {
		for _, found := range s.at.FindAllStringSubmatch(w, -1) {
			v.add(strings.Trim(found[s.at.SubexpIndex("secret")], `'"`))
		}
		w = s.at.ReplaceAllString(w, s.with)
	}
	return w
}

// Text returns a text without the credentials of URLs and connection strings in it.
func Text(s string) string { return new(Values).word(s) }

// OfURL collects the credentials of a URL.
func OfURL(u *url.URL) (v Values) {
	if u == nil {
		return v
	}
	if password, ok := u.User.Password(); ok {
		v.basic(u.User.Username(), password)
		v.add(url.PathEscape(password))
	}
	for parameter, values := range u.Query() {
		if name.MatchString(parameter) {
			for _, value := range values {
				v.add(value)
				v.add(url.QueryEscape(value))
			}
		}
	}
	v.sort()
	return v
}

// leastOfEnvironment is the least length of a variable's value, in bytes: a shorter one may be an ordinary word.
const leastOfEnvironment = 8

// OfEnvironment collects the credentials of variables, each written NAME=VALUE.
func OfEnvironment(variables []string) (v Values) {
	for _, variable := range variables {
		if key, value, _ := strings.Cut(variable, "="); name.MatchString(key) && len(value) >= leastOfEnvironment {
			v.add(value)
		} else if strings.Contains(value, "://") {
			v.word(value)
		}
	}
	v.sort()
	return v
}

// And returns these credentials and others together.
func (v Values) And(others ...Values) Values {
	all := Values{slices.Clone(v.longest)}
	for _, o := range others {
		for _, value := range o.longest {
			all.add(value)
		}
	}
	all.sort()
	return all
}

// basic adds a password, and the forms in which Basic authentication sends it.
func (v *Values) basic(user, password string) {
	if password != "" {
		v.add(password)
		v.add(user + ":" + password)
		v.add(base64.StdEncoding.EncodeToString([]byte(user + ":" + password)))
	}
}
