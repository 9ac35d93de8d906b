package model

import "slices"

// Ending says how an attempt ended.
type Ending uint8

// The endings of an attempt.
const (
	NotEnded            Ending = iota
	HasLeft                    // accepted, then left by itself or for another agent
	WasRemoved                 // accepted, then removed by the media server
	WasRejected                // the invitation was declined
	WasRevoked                 // the invitation expired
	WasRevokedOtherwise        // the invitation was withdrawn for a reason that is neither Expired nor Stopped
	WasStopped                 // the chat stopped while it was pending, perhaps withdrawn as Stopped first
	HandlingAtStop             // the chat stopped while the agent was handling
	EndedInMediation           // the chat stopped in the queue or strategy
	TimedOut                   // accepted, then revoked by Interaction Server's handling-timeout
)

// Trace names the events that made an IRF, by seq; 0 if there is none. The initiator, queue and mode are those that
// the rules looked at.
type Trace struct {
	Opened, Accepted, HandedOver, Closed int64
	Left                                 int64 // the strategy's leaving, before the stop
	Withdrawn                            int64 // its revoke as Stopped, before the stop
	ModeFrom                             int64 // the event that gave Mode
	How                                  Ending
	Pulled                               bool
	Invoker                              string // the inviting strategy; "" if none invited
	Initiator                            string // the agent on whose behalf it was; "" for an entering chat
	Operation                            Operation
	// the queue that it came through or ended in; "" for a direct invitation
	Queue     string
	Mode      VisibilityMode
	HandedTo  string // the agent who accepted the transfer, or the queue
	Backwards bool   // the clock ran backwards between Opened and Closed
}

// finish writes the facts: one for every closed attempt, then that of the queue or strategy in which the chat ended.
func (f *fold) finish(dst *Chat) {
	*dst = Chat{IRFs: slices.Grow(dst.IRFs[:0], len(f.attempts)+1)}
	if f.table.pinned != 0 {
		dst.readings = f.table
	}
	if len(f.turn) == 0 {
		return
	}
	first := &f.events[f.turn[0]]
	dst.InteractionID, dst.Began = first.InteractionID, first.Time
	dst.OtherMedium, dst.Backwards, dst.Pause = !sameCode(first.medium(), chatMedium), f.backwards, f.pause
	f.now++ // the stop counts as later than everything else
	stopped := f.stoppedAt != never
	byCustomer := false
	if stopped {
		stop := &f.events[f.stoppedAt]
		dst.Ended, dst.StoppedBy, dst.StoppedSeq = stop.Time, stop.Actor, stop.Seq
		byCustomer = stop.Actor.Type == MediaServer
	}
	dst.handling = stopped && f.handlingAtStop()
	dst.inLeg = stopped && (f.leg.stage == inQueue || f.leg.stage == routing)
	for i := range f.attempts {
		if a := &f.attempts[i]; stopped && a.state != over {
			f.closeAtStop(a)
		}
	}
	f.markHistory()
	reported := len(f.attempts)
	if f.reported != never {
		reported = int(f.reported)
		dst.unreported = len(f.attempts) - reported
	}
	for i := range f.attempts[:reported] {
		if a := &f.attempts[i]; a.state == over {
			f.report(dst, i, f.roleClause(a)|f.resultClauses(a, byCustomer, dst.handling)|a.marks|
				marks(a.sentOn, a.afterTime, dst.OtherMedium))
		}
	}
	switch {
	case f.reported != never:
		dst.Silent, dst.SilentResource = Set(I20After), f.finished
	case stopped && f.leg.stage != noLeg && f.leg.stage != alerting:
		f.endInMediation(dst, byCustomer, dst.handling)
	}
}

// marks returns I13, I21 and I19: where a row's leg came from, and the chat's medium.
func marks(sentOn, afterTime, otherMedium bool) (s Clauses) {
	if sentOn {
		s |= Set(I13)
	}
	if afterTime {
		s |= Set(I21After)
	}
	if otherMedium {
		s |= Set(I19)
	}
	return s
}

// handlingAtStop reports whether an agent was handling when the chat stopped. One that the media server removed just
// before counts; the turn in which it left becomes the stop's.
func (f *fold) handlingAtStop() (handling bool) {
	for i := range f.attempts {
		a := &f.attempts[i]
		if a.joined != never && a.how == WasRemoved && a.closedTurn >= f.closing {
			a.closedTurn = f.now
			if a.state == waiting { // its transfer fails with the chat, which it handled to the end
				a.state = over
			}
			handling = true
		}
		handling = handling || a.state == party
	}
	return handling
}

// closeAtStop closes an attempt that the stop finds open.
func (f *fold) closeAtStop(a *attempt) {
	switch a.state {
	case party:
		a.how = HandlingAtStop
	case pending, withdrawn:
		a.how = WasStopped
		a.withdrawnAt = a.closed
	case waiting:
		a.state, a.late = over, true
		return
	}
	a.state, a.closed, a.closedTurn = over, f.stoppedAt, f.now
}

// roleClause applies R1–R5, I3, I7, I15 and I18: who invited, and what that agent wanted.
func (f *fold) roleClause(a *attempt) Clauses {
	s := f.wanted(a.operation, a.modes.last, a.queue != "", a.joined != never)
	if a.pulled {
		if a.operation == "" {
			return Set(I7Entering)
		}
		s |= Set(I7Behalf)
	}
	return s | modeClauses(a.operation, &a.modes)
}

// modeClauses applies I18: a conference's modes are not all the same, or were only given on re-queueings.
func modeClauses(operation Operation, m *modes) (s Clauses) {
	if operation != Conference {
		return 0
	}
	if m.unlike {
		s |= Set(I18Unlike)
	}
	if m.requeued {
		s |= Set(I18Requeued)
	}
	return s
}

// ways returns the roles that an agent has by what another wants of it, one for each reading of the modes.
func (f *fold) ways(operation Operation, m *modes, throughQueue, joined bool) ways {
	role := func(mode VisibilityMode) (role ClauseID) {
		for id := range f.wanted(operation, mode, throughQueue, joined).All() {
			if id != R5 {
				role = id
			}
		}
		return role
	}
	return ways{role(m.last), role(m.first), role(0)}
}

// wanted returns the role of an agent that is invited for an operation; "" is an entering chat.
func (f *fold) wanted(operation Operation, mode VisibilityMode, throughQueue, joined bool) (s Clauses) {
	switch operation {
	case Transfer:
		if throughQueue {
			return Set(I3Target)
		}
		return Set(R2)
	case Conference:
		if throughQueue {
			if f.table.dropped.Has(R5) {
				return Set(R1)
			}
			s = Set(R5)
		}
		switch {
		case mode == Coach:
			return s | Set(R4)
		case mode == Conferred, mode == 0 && !joined:
			return s | Set(R3)
		}
		return s | Set(I15)
	}
	return Set(R1)
}

// resultClauses applies the rules about how an attempt ended: R8–R11, R14, I1–I6, I10, I13, I14, I17, I20 and I21.
func (f *fold) resultClauses(a *attempt, byCustomer, handling bool) (s Clauses) {
	switch a.how {
	case HasLeft, WasRemoved, HandlingAtStop:
		return f.handledClauses(a)
	case WasRejected:
		s = Set(I1Rejected)
	case WasRevokedOtherwise:
		s = Set(I1Other)
	case WasStopped:
		return stoppedClauses(a, byCustomer, handling)
	case TimedOut:
		return Set(I21)
	}
	switch {
	case a.inviter == never:
		return s | Set(R10)
	case a.queue == "":
		return s | Set(R11)
	}
	return s | Set(I4)
}

// handledClauses returns the result of an agent that was a party.
func (f *fold) handledClauses(a *attempt) (s Clauses) {
	atStop := f.stoppedAt != never && a.closedTurn == f.now
	switch a.finished {
	case completed:
		return Set(I20Completed)
	case canceled:
		return Set(I20Canceled)
	}
	switch a.handed {
	case queued:
		s = Set(I3Initiator)
		if atStop {
			s |= Set(I14)
		}
	case accepted:
		s = Set(R9)
		switch {
		case a.late:
			s |= Set(I17Late)
		case atStop:
			s |= Set(I17AtStop)
		case a.outlasted:
			s |= Set(I17Outlasts)
		}
	default:
		s = Set(R8)
		if a.late {
			s |= Set(I17Failed)
		} else if atStop {
			s |= Set(I14)
		}
		return s
	}
	if a.inviter != never {
		s |= Set(I2)
	}
	return s
}

// stoppedClauses returns the result of an agent that was being alerted when the chat stopped.
func stoppedClauses(a *attempt, byCustomer, handling bool) (s Clauses) {
	if a.movedOn && byCustomer {
		s = Set(I13)
	}
	switch {
	case a.inviter == never && byCustomer:
		return s | Set(R14)
	case a.inviter == never:
		return Set(I10)
	case a.queue != "" && byCustomer && !handling:
		return s | Set(R14, I6Agent)
	case byCustomer:
		return Set(I5Customer)
	}
	return Set(I5)
}

// markHistory applies I8 and I12: who left before whom, and whose initiator was itself invited by an agent.
func (f *fold) markHistory() {
	var alone []int32
	for i := range f.attempts {
		a := &f.attempts[i]
		if a.inviter == never {
			continue
		}
		initiator := &f.attempts[a.inviter]
		if f.leftBefore(initiator, a) {
			initiator.marks |= Set(I12)
			a.marks |= Set(I12)
		}
		if initiator.inviter != never {
			a.marks |= Set(I12)
		}
		if a.modes.last == Coach && a.operation == Conference && a.joined != never && left(initiator) {
			if alone == nil {
				alone = f.aloneFrom()
			}
			if alone[max(initiator.closedTurn, a.joinedTurn)] < a.closedTurn {
				a.marks |= Set(I8)
			}
		}
	}
}

// leftBefore reports whether a conference's initiator left before its invitee's attempt closed.
func (f *fold) leftBefore(initiator, invitee *attempt) bool {
	return invitee.operation == Conference && left(initiator) &&
		(invitee.state != over || initiator.closedTurn < invitee.closedTurn)
}

// left reports whether an attempt that was accepted has ended.
func left(a *attempt) bool {
	return a.joined != never && a.state >= waiting
}

// aloneFrom returns, for every turn, the first turn from then on after which exactly one agent is a party.
func (f *fold) aloneFrom() []int32 {
	f.counts = slices.Grow(f.counts[:0], int(f.now+2))[:f.now+2]
	clear(f.counts)
	parties := f.counts
	for i := range f.attempts {
		if a := &f.attempts[i]; a.joined != never {
			if parties[a.joinedTurn]++; left(a) {
				parties[a.closedTurn]--
			}
		}
	}
	n := int32(0)
	for t := range parties {
		n += parties[t]
		parties[t] = n
	}
	next := f.now + 1
	for t := f.now + 1; t >= 0; t-- {
		if parties[t] == 1 {
			next = t
		}
		parties[t] = next
	}
	return parties
}

// report writes the IRF of an attempt.
func (f *fold) report(dst *Chat, i int, clauses Clauses) {
	a := &f.attempts[i]
	opened, closed := &f.events[a.opened], &f.events[a.closed]
	var w ways
	if clauses&modal != 0 {
		w = f.ways(a.operation, &a.modes, a.queue != "", a.joined != never)
	}
	r := f.row(dst, clauses, w)
	if r == nil {
		return
	}
	r.Resource, r.Ordinal = a.agent, Num(int64(i+1))
	r.Start, r.End = opened.Time, closed.Time
	t := &r.Trace
	t.Opened, t.Closed, t.How, t.Pulled, t.Operation, t.Queue = opened.Seq, closed.Seq, a.how, a.pulled, a.operation,
		a.queue
	t.Mode, t.HandedTo, t.Backwards = a.modes.last, a.handedTo, f.fell(a.openedTurn, a.closedTurn)
	if a.inviter != never {
		r.ReceivedFrom = Num(int64(a.inviter + 1))
		t.Initiator = f.attempts[a.inviter].agent
	}
	if opened.Actor.Type == Strategy {
		t.Invoker = opened.Actor.ID
	}
	t.Accepted, t.HandedOver, t.ModeFrom = f.seq(a.joined), f.seq(a.handedOver), f.modeFrom(&a.modes)
	if a.how == WasStopped {
		t.Withdrawn = f.seq(a.withdrawnAt)
	}
}

// seq returns the seq of an event, or 0 if there is none.
func (f *fold) seq(at int32) int64 {
	if at == never {
		return 0
	}
	return f.events[at].Seq
}

// modeFrom returns the seq of the event that gave the mode that counts, or 0 if there is none.
func (f *fold) modeFrom(m *modes) int64 {
	if m.last == 0 {
		return 0
	}
	return f.events[m.from].Seq
}

// fell reports whether the clock ran backwards from one turn to another.
func (f *fold) fell(from, to int32) bool {
	if !f.backwards {
		return false
	}
	if len(f.falls) == 0 { // how often it did, up to each turn
		n := int32(0)
		for i, at := range f.turn {
			if i > 0 && f.events[at].Time.Before(f.events[f.turn[i-1]].Time) {
				n++
			}
			f.falls = append(f.falls, n)
		}
	}
	last := int32(len(f.falls) - 1)
	return f.falls[min(to, last)] > f.falls[min(from, last)]
}

// row adds an IRF with what its clauses yield, which no agent sent. It returns nil if the table has dropped a clause.
func (f *fold) row(dst *Chat, s Clauses, w ways) *IRF {
	if s&f.table.dropped != 0 {
		return nil
	}
	n := len(dst.IRFs)
	dst.IRFs = dst.IRFs[:n+1] // finish has made room; a row is large, and filled in its place
	r := &dst.IRFs[n]
	*r = IRF{}
	y := f.table.apply(s, w)
	r.InteractionID, r.readings, r.Clauses, r.ways = dst.InteractionID, dst.readings, s, w
	r.ResourceType, r.Role, r.Result, r.Reason, r.ReceivedFrom.Is = y.Type, y.Role, y.Result, y.Reason, Null
	return r
}

// endInMediation applies R6, R7, R12, R13, I6, I9, I11, I13 and I16: the chat stopped in a queue, in a strategy, or
// between a failed invitation and the next queue.
func (f *fold) endInMediation(dst *Chat, byCustomer, handling bool) {
	l := &f.leg
	switch {
	case l.stage == failed && handling: // the leg's own attempts say it all
	case handling && byCustomer && l.stage == inQueue:
		f.silent(dst, I11Queue, l.queue)
	case handling && byCustomer:
		f.silent(dst, I11Strategy, l.strategy)
	case handling:
		f.silent(dst, I11, l.queue)
	case l.stage == failed && byCustomer:
		f.silent(dst, I16, l.queue)
	case !byCustomer && (l.stage == routing || f.strategy(l.strategy) >= 0 && l.stage == failed):
		f.silent(dst, I9Strategy, l.strategy)
	case !byCustomer:
		f.silent(dst, I9Queue, l.queue)
	case l.stage == inQueue:
		f.abandonedIn(dst, Set(R6, R12))
	default:
		f.abandonedIn(dst, Set(R7, R13))
	}
}

// abandonedIn adds the IRF of the queue or strategy in which the customer gave up. It has the clauses s and more.
func (f *fold) abandonedIn(dst *Chat, s Clauses) {
	l := &f.leg
	s |= marks(l.movedOn, l.afterTime, dst.OtherMedium)
	var w ways
	if l.initiator != never {
		s |= Set(I6Mediation) | modeClauses(l.operation, &l.modes)
		w = f.ways(l.operation, &l.modes, true, false)
	}
	r := f.row(dst, s, w)
	if r == nil {
		return
	}
	if l.initiator != never {
		r.Trace.Initiator, r.Trace.Operation, r.Trace.Mode = f.attempts[l.initiator].agent, l.operation, l.modes.last
		r.Trace.ModeFrom = f.modeFrom(&l.modes)
	}
	r.Trace.Backwards = f.fell(l.begun, f.now)
	opened, closed := &f.events[l.placedAt], &f.events[f.stoppedAt]
	r.Resource, r.Trace.Queue = l.queue, l.queue
	if l.stage != inQueue {
		opened = &f.events[l.addedAt]
		r.Resource = l.strategy
		if l.leftAt != never {
			closed = &f.events[l.leftAt]
		}
	}
	r.Ordinal = Num(int64(len(f.attempts) + 1))
	r.Start, r.End = opened.Time, closed.Time
	r.Trace.Opened, r.Trace.Closed, r.Trace.How = opened.Seq, dst.StoppedSeq, EndedInMediation
	if closed.Seq != dst.StoppedSeq {
		r.Trace.Left = closed.Seq
	}
}

// silent records a rule that makes no IRF, and adds the extra row if the table chooses one for the rule.
func (f *fold) silent(dst *Chat, id ClauseID, resource string) {
	dst.Silent, dst.SilentResource = Set(id), resource
	if y, ok := f.table.extra(id); ok {
		dst.IRFs = append(dst.IRFs, IRF{Fact: Fact{
			InteractionID: dst.InteractionID, Ordinal: Num(int64(len(f.attempts) + 1)), ResourceType: y.Type,
			Resource: resource, Role: y.Role, Result: y.Result, Reason: y.Reason, Start: dst.Ended, End: dst.Ended,
			ReceivedFrom: Number{Is: Null},
		}, Clauses: dst.Silent, Trace: Trace{
			Opened: dst.StoppedSeq, Closed: dst.StoppedSeq, How: EndedInMediation,
		}, readings: dst.readings})
	}
}
