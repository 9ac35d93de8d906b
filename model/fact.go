package model

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Role is a RESOURCE_ROLE: how the resource came to the interaction.
type Role string

// The roles of the documented chat flows.
const (
	RoutedTo         Role = "RoutedTo"
	Received         Role = "Received"
	ReceivedTransfer Role = "ReceivedTransfer"
	InConference     Role = "InConference"
	ReceivedConsult  Role = "ReceivedConsult"
	Puller           Role = "Puller"
)

// Result is a TECHNICAL_RESULT: how the attempt ended.
type Result string

// The results of the documented chat flows.
const (
	Abandoned         Result = "Abandoned"
	Completed         Result = "Completed"
	CustomerAbandoned Result = "CustomerAbandoned"
	Redirected        Result = "Redirected"
	Transferred       Result = "Transferred"
)

// Reason is a RESULT_REASON. Blank and "Unspecified" are the same value.
type Reason string

// The reasons of the documented chat flows, RejectedReason of rule I1, and CanceledReason of I20.
const (
	NoReason              Reason = "Unspecified"
	RevokedReason         Reason = "Revoked"
	AbandonedWhileQueued  Reason = "AbandonedWhileQueued"
	AbandonedWhileRinging Reason = "AbandonedWhileRinging"
	RejectedReason        Reason = "Rejected"
	CanceledReason        Reason = "Canceled"
)

// Roles, Results and Reasons are the values that the dimension table TECHNICAL_DESCRIPTOR is known to hold, including
// those of voice; NoReason stands for blank.
var (
	Roles = []Role{
		RoutedTo, Received, ReceivedTransfer, InConference, ReceivedConsult, Puller,
		"DivertedTo", "Initiated", "InitiatedConsult",
	}
	Results = []Result{
		Abandoned, "AbnormalStop", "Cleared", Completed, "Conferenced", CustomerAbandoned, "Deferred",
		"DestinationBusy",
		"Diverted", "Incomplete", "None", "OutboundStopped", "Pulled", Redirected, "Routed", Transferred, "Unspecified",
	}
	Reasons = []Reason{
		NoReason, RevokedReason, AbandonedWhileQueued, AbandonedWhileRinging, RejectedReason, CanceledReason,
		"AnsweredByAgent", "AbandonedFromHold", "RouteOnNoAnswer",
	}
)

// ResourceType is the kind of resource that an IRF is about.
type ResourceType string

// The resource types. A queue or strategy has an IRF only if the attempt ended there.
const (
	AgentResource    ResourceType = "agent"
	QueueResource    ResourceType = "queue"
	StrategyResource ResourceType = "strategy"
)

// Number is an integer field that may be absent, or given as null.
type Number struct {
	Value int64
	Is    Presence
}

// Presence says whether a Number was given.
type Presence uint8

// The three states of a Number.
const (
	Absent Presence = iota
	Null
	Given
)

// Num returns a Number that is given.
func Num(n int64) Number { return Number{Value: n, Is: Given} }

// Fact is one row of INTERACTION_RESOURCE_FACT, as an implementation reports it or as the reference expects it.
// An implementation must give InteractionID, Resource, Role and Result. A zero Reason is blank. The other fields are
// compared only if they are not zero; a Null Ordinal counts as absent, and a Null ReceivedFrom says that no agent sent
// the chat.
type Fact struct {
	InteractionID string
	Ordinal       Number
	ResourceType  ResourceType
	Resource      string
	Role          Role
	RoleReason    string
	Result        Result
	Reason        Reason
	ReceivedFrom  Number
	Start, End    time.Time // to the second
}

// Moved returns the fact with its times moved by d. A zero time stays zero.
func (f Fact) Moved(d time.Duration) Fact {
	for _, t := range [...]*time.Time{&f.Start, &f.End} {
		if !t.IsZero() {
			*t = t.Add(d)
		}
	}
	return f
}

// Descriptor is the technical descriptor of a fact: one row of the dimension table TECHNICAL_DESCRIPTOR.
type Descriptor struct {
	Role   Role
	Result Result
	Reason Reason
}

// Descriptor returns the fact's technical descriptor.
func (f *Fact) Descriptor() Descriptor { return Descriptor{f.Role, f.Result, f.Reason} }

// String returns the descriptor as the guide writes it: Role/Result [Reason], without a blank reason.
func (d Descriptor) String() string {
	s := string(d.Role) + "/" + string(d.Result)
	if !sameCode(string(d.Reason), "") {
		s += " [" + string(d.Reason) + "]"
	}
	return s
}

// Same reports whether two descriptors are one row of the dimension table: their codes are equal. Blank and
// Unspecified reasons have the same code.
func (d Descriptor) Same(o Descriptor) bool {
	return sameCode(string(d.Role), string(o.Role)) && sameCode(string(d.Result), string(o.Result)) &&
		sameCode(string(d.Reason), string(o.Reason))
}

// ParseDescriptor parses Role/Result [Reason]; blanks around the parts are ignored. ok is false if the role or the
// result is missing, or the brackets are not one closed pair at the end.
func ParseDescriptor(s string) (d Descriptor, ok bool) {
	body, reason, bracket := strings.Cut(s, "[")
	if bracket {
		reason, ok = strings.CutSuffix(strings.TrimSpace(reason), "]")
		if !ok || strings.ContainsAny(reason, "[]") || strings.TrimSpace(reason) == "" {
			return d, false
		}
	}
	role, result, ok := strings.Cut(body, "/")
	d = Descriptor{Role(strings.TrimSpace(role)), Result(strings.TrimSpace(result)), Reason(strings.TrimSpace(reason))}
	if !ok || d.Role == "" || d.Result == "" || strings.ContainsAny(string(d.Result), "/]") {
		return Descriptor{}, false
	}
	return d, true
}

// Code returns the form in which roles, results, reasons and types are compared, that of Info Mart's _CODE columns: the
// name in upper case, without spaces. Blank, NULL and Unspecified reasons all have the code "".
func Code(name string) string {
	code := asciiCode(name)
	if code == "" {
		code = strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return unicode.ToUpper(r)
		}, name)
	}
	if code == "UNSPECIFIED" {
		return ""
	}
	return code
}

// asciiCode does for names in ASCII what takes ten times as long for all others, whose code it does not know.
func asciiCode(name string) string {
	var code strings.Builder
	code.Grow(len(name))
	for i := range len(name) {
		switch c := name[i]; {
		case c >= utf8.RuneSelf:
			return ""
		case c != ' ' && (c < '\t' || c > '\r'):
			code.WriteByte(upper(c))
		}
	}
	return code.String()
}

// sameCode reports whether Code(a) == Code(b), without an allocation for plain names.
func sameCode(a, b string) bool {
	if a == b {
		return true
	}
	i, j := 0, 0
	for {
		for i < len(a) && a[i] == ' ' {
			i++
		}
		for j < len(b) && b[j] == ' ' {
			j++
		}
		switch {
		case i == len(a) && j == len(b):
			return true
		case i < len(a) && j < len(b) && visible(a[i]) && visible(b[j]):
			if upper(a[i]) != upper(b[j]) { // so the codes differ here, too
				return false
			}
		default: // a byte of a longer rune says nothing alone, and a blank may separate it from the others
			return blankCode(a) && blankCode(b) || !(ascii(a) && ascii(b)) && Code(a) == Code(b)
		}
		i, j = i+1, j+1
	}
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}

func visible(c byte) bool { return '!' <= c && c <= '~' }

// ascii reports whether a name is printable ASCII, so that bytes can be compared one by one.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] != ' ' && !visible(s[i]) {
			return false
		}
	}
	return true
}

func blankCode(s string) bool {
	switch {
	case s == "", s == string(NoReason):
		return true
	case s[0] != ' ' && s[0] != 'u' && s[0] != 'U' && ascii(s):
		return false
	}
	return Code(s) == ""
}

// plainDescriptor returns an implementation's descriptor, made safe to show.
func plainDescriptor(f *Fact) string {
	d := f.Descriptor()
	s := bareName(string(d.Role)) + "/" + bareName(string(d.Result))
	if !sameCode(string(d.Reason), "") {
		s += " [" + Name(string(d.Reason)) + "]"
	}
	return s
}
