package model

import (
	"cmp"
	"fmt"
	"slices"
)

// NamedInvariant is a condition that holds for every finished chat, however the open questions are answered: for the
// reference, and for every accepted alternative.
type NamedInvariant struct {
	ID    string        `json:"id"`
	Kind  InvariantKind `json:"kind"`
	Since string        `json:"since"` // the suite's minor version that brought it
	Says  string        `json:"says"`

	check checker
}

// checker checks all rows of an interaction.
type checker interface {
	check(t *Table, c *Chat, got []Fact) []breach
}

// breach is what breaks an invariant.
type breach struct {
	resource, found string
	row             *Fact // nil if it is about no single row
}

// logCheck needs the log, which it knows by the reference's chat.
type logCheck func(c *Chat, got []Fact) []breach

func (check logCheck) check(_ *Table, c *Chat, got []Fact) []breach {
	if c != nil && c.StoppedSeq != 0 {
		return check(c, got)
	}
	return nil
}

// InvariantKind says what an invariant is checked on.
type InvariantKind string

// The kinds of invariant. Relations and deliveries need no oracle: they compare an implementation with itself.
const (
	OnFacts    InvariantKind = "facts"    // the rows alone
	OnEvents   InvariantKind = "events"   // the rows and the log
	OnRelation InvariantKind = "relation" // the rows of two logs
	OnDelivery InvariantKind = "delivery" // the rows of one log, delivered in two ways
)

// Invariants lists V1–V21 and D1–D7. Package gen makes the logs of relations and deliveries, and compares their
// answers.
func Invariants() []NamedInvariant { return invariants }

var invariants = []NamedInvariant{
	law("V1", OnFacts, "0.1", "Every IRF has exactly one role and one result, each a known value.", row1),
	law("V2", OnFacts, "0.1", "The resource type, role, result and reason of an IRF form a valid combination.", row2),
	law("V3", OnEvents, "0.1",
		"There is one IRF for each attempt: as many agent IRFs as invitations and pulls.", logCheck(v3)),
	law("V4", OnEvents, "0.1",
		"By ordinal, agent IRFs come in the order in which their attempts opened. A queue's or strategy's IRF "+
			"comes last.", logCheck(v4)),
	law("V5", OnEvents, "0.1",
		"An agent is Transferred only if a transfer of that agent was accepted or went through a queue.", logCheck(v5)),
	law("V6", OnFacts, "0.1",
		"The first IRF by ordinal is never ReceivedTransfer, InConference or ReceivedConsult.", row6),
	law("V7", OnFacts, "0.1",
		"Revoked occurs only with Redirected or Abandoned. AbandonedWhileQueued and AbandonedWhileRinging occur "+
			"only with CustomerAbandoned.", row7),
	law("V8", OnFacts, "0.1",
		"AbandonedWhileQueued is never an agent's. AbandonedWhileRinging is always an agent's.", row8),
	law("V9", OnEvents, "0.1",
		"CustomerAbandoned occurs only if the media server stopped the chat. There is at most one such row, and none "+
			"if an agent was handling the chat at the stop. Rows are exempt if rule I5 or I11 accepts their result.",
		logCheck(v9)),
	law("V10", OnEvents, "0.1",
		"There is no IRF for the customer, and none for a queue or strategy that distributed what it had.",
		logCheck(v10)),
	law("V11", OnFacts, "0.1", "No IRF ends before it starts, unless the clock ran backwards in between.", row11),
	law("V12", OnRelation, "0.1",
		"Cutting an expired direct invitation out of the log changes no other IRF's descriptor.", nil),
	law("V13", OnRelation, "0.1",
		"Putting a queue between the initiator and the invitee of an accepted conference changes no agent's "+
			"role.", nil),
	law("V14", OnRelation, "0.1",
		"The visibility mode of a conference (1 or 3) affects only two kinds of roles: the roles of the invitees, "+
			"and the role of the queue or strategy in which the conference ended.", nil),
	law("V15", OnRelation, "0.1",
		"If agents, queues, strategies and interactions are renamed, the facts are renamed alike.", nil),
	law("V16", OnRelation, "0.1",
		"Other times change no descriptor: shifted, stretched, hours apart, across the end of an hour, a day, a "+
			"month or a year, all equal, or running backwards.", nil),
	law("V17", OnRelation, "0.1", "Other chats in the same run change nothing, whatever their ids.", nil),
	law("V18", OnRelation, "0.1",
		"None of these changes anything: neutral and unknown events between the first event and the stop, "+
			"unknown fields, nulls, and a reason or a mode where it means nothing.", nil),
	law("V19", OnRelation, "0.1", "In another online medium, the descriptors are the same.", nil),
	law("V20", OnFacts, "0.2",
		"No two rows of a chat share an ordinal. Without ordinals, no two rows that last any time are equal in "+
			"every field.", nil),
	law("V21", OnFacts, "0.2",
		"A chat has at most one CustomerAbandoned, not counting AbandonedWhileRinging. received_from names an "+
			"earlier row of an agent.", nil),
	law("D1", OnDelivery, "0.1", "In any order of arrival, the facts are the same.", nil),
	law("D2", OnDelivery, "0.1", "Exact duplicates change nothing.", nil),
	law("D3", OnDelivery, "0.1", "However whole chats are grouped into runs, the facts are the same.", nil),
	law("D4", OnDelivery, "0.1", "The facts of a log cut short are among the facts of the whole.", nil),
	law("D5", OnDelivery, "0.2",
		"With other seqs in the same order, from 0, with gaps, or beyond 2^32, the facts are the same.", nil),
	law("D6", OnDelivery, "0.2",
		"With the same instants spelt differently, in other zones or with fractions, the facts are the same.", nil),
	law("D7", OnDelivery, "0.2",
		"Two agents, queues or chats stay two even if they differ only in case, accents, composition, outer "+
			"blanks, or beyond the 50th character.", nil),
}

// law makes a [NamedInvariant]. check is nil if package gen checks it, or if it relates rows to each other.
func law(id string, kind InvariantKind, since, says string, check checker) NamedInvariant {
	return NamedInvariant{ID: id, Kind: kind, Since: since, Says: says, check: check}
}

// saying returns what an invariant or relation says.
func saying(law string) string {
	return invariants[slices.IndexFunc(invariants, func(v NamedInvariant) bool { return v.ID == law })].Says
}

// broken returns the difference of an invariant or relation that does not hold.
func broken(law, interaction, resource, found string, level Level) Difference {
	return Difference{
		InteractionID: interaction, Resource: resource, Field: Field(law), Expected: saying(law), Actual: found,
		Level: level, Rules: []string{law},
	}
}

// CheckInvariants checks all rows of a chat against the invariants of kind OnFacts and, unless chat is nil, those of
// kind OnEvents. chat is the reference's, which says what happened in the log. Invariants are about finished chats: for
// an unfinished one, it only checks what no row may be.
func CheckInvariants(chat *Chat, got []Fact) []Difference {
	t := reference
	if chat != nil && chat.readings != nil {
		t = chat.readings
	}
	return t.checkInvariants(chat, got)
}

// CheckRows is [CheckInvariants] without the log. What the table's readings pin is valid too (V2).
func (t *Table) CheckRows(got []Fact) []Difference { return t.checkInvariants(nil, got) }

func (t *Table) checkInvariants(chat *Chat, got []Fact) (ds []Difference) {
	id, level := "", chat.level(Invariant)
	switch {
	case chat != nil:
		id = chat.InteractionID
	case len(got) > 0:
		id = got[0].InteractionID
	}
	combined := allCombined(got)
	for i := range invariants {
		v := &invariants[i]
		if row, ok := v.check.(*rowCheck); v.check == nil || ok && combined && row.combined {
			continue
		}
		for _, b := range v.check.check(t, chat, got) {
			d := broken(v.ID, id, b.resource, b.found, level)
			d.row = b.row
			ds = append(ds, d)
		}
	}
	ds = append(ds, rowsTogether(got, chat == nil || chat.StoppedSeq != 0)...)
	if chat == nil { // otherwise the comparison reports it
		for i := range got {
			if d, odd := oddType(&got[i], anyType); odd {
				d.row = &got[i]
				ds = append(ds, d)
			}
		}
	}
	return ds
}

func isOneOf[S ~string](v S, values ...S) bool {
	return slices.Contains(values, v) || slices.ContainsFunc(values, func(o S) bool {
		return sameCode(string(v), string(o))
	})
}

// attempts returns the reference's IRFs of agents: the attempts of the log.
func attempts(c *Chat) []IRF {
	n := len(c.IRFs)
	if n > 0 && c.IRFs[n-1].Trace.How == EndedInMediation {
		n--
	}
	return c.IRFs[:n]
}

// typeOf returns what a row's resource type means, or else what its descriptor and its resource's name make likely.
func typeOf(f *Fact, c *Chat) ResourceType {
	means, _ := f.ResourceType.Meaning()
	switch {
	case means != "":
		return means
	case isOneOf(f.Reason, AbandonedWhileQueued):
		return QueueResource
	case isOneOf(f.Result, CustomerAbandoned) && sameCode(string(f.Reason), ""):
		return StrategyResource
	case c.Silent.Has(I9Strategy) && f.Resource == c.SilentResource && isOneOf(f.Role, Puller) &&
		isOneOf(f.Result, Completed) &&
		!slices.ContainsFunc(attempts(c), func(r IRF) bool { return r.Trace.Pulled && r.Resource == f.Resource }):
		return StrategyResource // and not an agent of the same name
	case slices.ContainsFunc(attempts(c), func(r IRF) bool { return r.Resource == f.Resource }):
		return AgentResource
	}
	return ""
}

func v3(c *Chat, got []Fact) []breach {
	n := 0
	for i := range got {
		if typeOf(&got[i], c) == AgentResource {
			n++
		}
	}
	if want := len(attempts(c)); n < want || n > want+c.unreported {
		return []breach{{"agents", fmt.Sprintf("expected one row for each attempt (%d), got %d", want, n), nil}}
	}
	return nil
}

// byOrdinal sorts rows that all have ordinals; ok is false if one has none. Names order rows that share an ordinal:
// starts would put them in the order of their attempts, and hide from [v4] that their ordinals do not say so.
func byOrdinal(got []Fact) (sorted []Fact, ok bool) {
	if o := ordinalsOf(got); !o.all || o.rising {
		return got, o.all
	}
	sorted = slices.Clone(got)
	slices.SortStableFunc(sorted, func(a, b Fact) int {
		return cmp.Or(cmp.Compare(a.Ordinal.Value, b.Ordinal.Value), cmp.Compare(a.Resource, b.Resource),
			CompareFacts(a, b))
	})
	return sorted, true
}

func v4(c *Chat, got []Fact) []breach {
	sorted, ok := byOrdinal(got)
	opened := attempts(c)
	if !ok || len(sorted) < len(opened) {
		return nil
	}
	for i := range opened {
		if sorted[i].Resource != opened[i].Resource || typeOf(&sorted[i], c) != AgentResource {
			found := fmt.Sprintf("rank %d belongs to %s", i+1, Name(sorted[i].Resource))
			return []breach{{opened[i].Resource, found, nil}}
		}
	}
	return nil
}

// hasResult reports whether a row has a result.
func hasResult(got []Fact, r Result) bool {
	for i := range got {
		if sameCode(string(got[i].Result), string(r)) {
			return true
		}
	}
	return false
}

func v5(c *Chat, got []Fact) []breach {
	if c.unreported > 0 || !hasResult(got, Transferred) {
		return nil
	}
	all := attempts(c)
	for k := range all {
		may, transferred, agent := 0, 0, all[k].Resource
		for i := range got {
			if got[i].Resource == agent && isOneOf(got[i].Result, Transferred) &&
				typeOf(&got[i], c) == AgentResource { // a queue may have the same name
				transferred++
			}
		}
		for i := range all {
			if transferred > may && all[i].Resource == agent && all[i].Trace.HandedOver != 0 {
				may++
			}
		}
		if transferred > may {
			return []breach{{agent, fmt.Sprintf("more rows with Transferred (%d) than successful transfers (%d)",
				transferred, may), nil}}
		}
	}
	return nil
}

func v9(c *Chat, got []Fact) (found []breach) {
	if !hasResult(got, CustomerAbandoned) {
		return nil
	}
	ringing := make(map[string]int) // agents for which I5 accepts CustomerAbandoned
	for _, r := range attempts(c) {
		if r.Clauses.Has(I5Customer) {
			ringing[r.Resource]++
		}
	}
	onTheWay := 0 // a queue or strategy for which I11 does
	if c.Silent&Set(I11Queue, I11Strategy) != 0 {
		onTheWay = 1
	}
	n := 0
	for i := range got {
		f := &got[i]
		if !isOneOf(f.Result, CustomerAbandoned) {
			continue
		}
		switch {
		case c.StoppedBy.Type != MediaServer:
			found = append(found, breach{
				f.Resource, "CustomerAbandoned, though the customer did not stop the chat", f,
			})
			continue
		case c.unreported > 0: // whose attempts I20 makes no rows of
			continue
		case ringing[f.Resource] > 0 && isOneOf(f.Reason, AbandonedWhileRinging):
			ringing[f.Resource]--
			continue
		case onTheWay > 0 && typeOf(f, c) != AgentResource:
			onTheWay--
			continue
		}
		switch n++; {
		case c.handling:
			found = append(found, breach{f.Resource, "CustomerAbandoned, though an agent was handling", f})
		case n > 1:
			found = append(found, breach{f.Resource, "a second CustomerAbandoned", f})
		}
	}
	return found
}

func v10(c *Chat, got []Fact) []breach {
	mediation := 0
	if c.inLeg || c.Silent&Set(I16, I9Strategy, I20After) != 0 || c.readings.pins(c.Silent) {
		mediation = 1
	}
	for i := range got {
		if t := typeOf(&got[i], c); t != AgentResource {
			if mediation--; mediation < 0 {
				return []breach{{got[i].Resource, "a row of a " + bareName(string(got[i].ResourceType)) +
					" where the chat did not end", &got[i]}}
			}
		}
	}
	return nil
}
