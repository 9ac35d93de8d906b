package model

// Sets of clauses that recur in the table.
var (
	received      = Set(R2, R3, R4, I15, I3Target)                           // invited by an agent, or on behalf of one
	enters        = Set(R1, I7Entering)                                      // the chat came to an agent from nobody
	handlers      = received | enters                                        // an agent that may come to handle
	unanswered    = Set(R10, R11, I4)                                        // revoked or rejected
	finished      = Set(R8, R9, I3Initiator, I20Completed, I20Canceled, I21) // accepted, then over
	throughQ      = Set(R5, I3Target)                                        // reached through a queue, for an agent
	alertedToStop = Set(R14, I5, I5Customer, I10)                            // alerted when the chat stopped
	anyAgent      = handlers | Set(R5)
	anyAttempt    = anyAgent | finished | unanswered | alertedToStop
	anyRow        = anyAttempt | Set(R6, R7, R12, R13)
)

// Answers that recur in the table.
var (
	abandonedRevoked  = Yield{Result: Abandoned, Reason: RevokedReason}
	redirectedRevoked = Yield{Result: Redirected, Reason: RevokedReason}
	abandonedQueued   = Yield{Result: CustomerAbandoned, Reason: AbandonedWhileQueued}
	abandonedRinging  = Yield{Result: CustomerAbandoned, Reason: AbandonedWhileRinging}
	strategyAbandoned = Yield{Type: StrategyResource, Role: Puller, Result: CustomerAbandoned}
	queueAbandoned    = Yield{
		Type: QueueResource, Role: Received, Result: CustomerAbandoned, Reason: AbandonedWhileQueued,
	}
)

// ruleTable is the only table of rules. Its wording is ours; the sections name where the guide says the same.
var ruleTable = []Rule{
	documented("R1", "1.1, 1.2, 1.11", "An agent invited by a strategy that routes an entering chat is RoutedTo.",
		role(R1, Yield{Type: AgentResource, Role: RoutedTo})),
	documented("R2", "1.3, 1.4",
		"An agent invited by another agent's transfer is ReceivedTransfer, whether it accepts or not.",
		role(R2, Yield{Type: AgentResource, Role: ReceivedTransfer})),
	documented("R3", "1.5, 1.6",
		"An agent invited by another agent's conference is InConference if the visibility mode is 1, or if the "+
			"attempt fails before any mode is known. The mode may come with the queueing, the invitation or the "+
			"acceptance.",
		role(R3, Yield{Type: AgentResource, Role: InConference})),
	documented("R4", "1.6, 1.7",
		"An agent invited by another agent's conference is ReceivedConsult if the visibility mode is 3 (coach, "+
			"consult).",
		role(R4, Yield{Type: AgentResource, Role: ReceivedConsult})),
	documented("R5", "1.8",
		"In a conference or consult through a queue, a strategy invites the agent. The agent's role still "+
			"depends on what the conferring agent wanted, as in R3 and R4.",
		Clause{ID: R5, Kind: RoleClause, Joins: conferred}),
	documented("R6", "1.9", "A chat that ends in a queue gives that queue an IRF with the role Received.",
		role(R6, Yield{Type: QueueResource, Role: Received})),
	documented("R7", "1.10",
		"A chat that ends while a strategy has it, or just after the strategy has left, gives that strategy an "+
			"IRF with the role Puller: the strategy pulled the chat from the queue.",
		role(R7, Yield{Type: StrategyResource, Role: Puller})),
	documented("R8", "1.1, 1.4–1.8", "An agent that accepted and later leaves is Completed.",
		result(R8, handlers, Yield{Result: Completed})),
	documented("R9", "1.3",
		"An agent that accepted is Transferred if another agent accepts its transfer, and the first agent then "+
			"leaves before the stop, while the other is still a party by that invitation.",
		result(R9, Set(R1, I7Entering, I2), Yield{Result: Transferred})),
	documented("R10", "1.2", "An agent whose routed invitation is revoked because it expired is Redirected [Revoked].",
		result(R10, Set(R1), redirectedRevoked)),
	documented("R11", "1.4, 1.6",
		"An agent that another agent invited, and whose invitation is revoked because it expired, is Abandoned "+
			"[Revoked]. The inviter's own IRF stays as it is.",
		result(R11, Set(R2, R3, R4, I15), abandonedRevoked)),
	documented("R12", "1.9",
		"If the customer leaves while the chat is in the queue it entered by, the queue is CustomerAbandoned "+
			"[AbandonedWhileQueued].",
		result(R12, Set(R6), abandonedQueued)),
	documented("R13", "1.10",
		"If the customer leaves while a strategy is routing, the strategy is CustomerAbandoned, without a "+
			"reason.",
		result(R13, Set(R7), Yield{Result: CustomerAbandoned})),
	documented("R14", "1.11",
		"If the customer leaves while a routed agent is alerted, the agent is CustomerAbandoned "+
			"[AbandonedWhileRinging], even if the invitation was revoked as Stopped first.",
		result(R14, Set(R1, I6Agent), abandonedRinging)),
	inferred("I1", "0.1",
		"A rejected invitation is classified as a revoked one, but with the reason Rejected. An invitation "+
			"revoked for a reason other than Expired and Stopped is classified as an expired one.",
		Clause{
			ID: I1Rejected, Part: "rejected", Kind: MarkClause, Joins: unanswered,
			Yield: Yield{Reason: RejectedReason}, Accepts: []Yield{{Reason: RevokedReason}, {Reason: NoReason}},
		},
		mark(I1Other, unanswered).of("another reason")),
	inferred("I2", "0.1",
		"An agent that came by transfer or conference, and transfers the chat on, keeps its role and is "+
			"Transferred.",
		mark(I2, received|Set(R9, I3Initiator))),
	inferred("I3", "0.1",
		"In a transfer through a queue, the initiator is Transferred when it leaves, and the target is "+
			"ReceivedTransfer.",
		role(I3Target, Yield{Type: AgentResource, Role: ReceivedTransfer}, Yield{Role: RoutedTo}).of("target"),
		result(I3Initiator, handlers, Yield{Result: Transferred}).of("initiator")),
	inferred("I4", "0.1",
		"An agent that a strategy invites on behalf of a conference or transfer through a queue, and whose "+
			"invitation is revoked, is Redirected [Revoked].",
		result(I4, throughQ, redirectedRevoked, Yield{Result: Abandoned})),
	inferred("I5", "0.1",
		"An agent that another agent invited, directly or through a queue, and that is alerted when the chat "+
			"stops, is Abandoned [Revoked], unless I6 applies.",
		result(I5, received|Set(R5), abandonedRevoked, Yield{Result: Redirected}).of("stopped by another"),
		result(I5Customer, received|Set(R5), abandonedRevoked, Yield{Result: Redirected}, abandonedRinging).
			of("the customer leaves")),
	inferred("I6", "0.1",
		"A chat was transferred or conferred through a queue, and nobody handles it. If the customer then "+
			"leaves in the queue, during routing or during alerting, R12–R14 apply. An alerted agent has its role "+
			"by R2–R5.",
		mark(I6Agent, throughQ|Set(R14), Yield{Role: RoutedTo}).of("agent"),
		mark(I6Mediation, Set(R6, R7, R12, R13), Yield{Role: RoleBehind}).of("queue or strategy")),
	inferred("I7", "0.1",
		"An agent that pulls an entering chat is Puller, with a result by R8 or R9. An agent that pulls a chat "+
			"from a conference or transfer queue has the role by R5 or I3, and received the chat from the "+
			"initiator.",
		role(I7Entering, Yield{Type: AgentResource, Role: Puller}).of("entering"),
		mark(I7Behalf, throughQ|finished, Yield{Role: Puller}).of("on behalf")),
	inferred("I8", "0.1",
		"A consulted agent that stays on alone after the initiator has left is still ReceivedConsult.",
		mark(I8, finished|Set(R4), Yield{Role: InConference})),
	inferred("I9", "0.1",
		"There is no IRF if a strategy, an agent or the server stops a chat that nobody handles, while the chat "+
			"is in a queue, in a strategy, or between a failed invitation and the next queue.",
		silence(I9Queue).of("queue"),
		silence(I9Strategy, Yield{Type: StrategyResource, Role: Puller, Result: Completed}).of("strategy")),
	inferred("I10", "0.1",
		"If anyone but the media server stops the chat while a routed agent is alerted, the agent is Redirected "+
			"[Revoked].",
		result(I10, Set(R1), redirectedRevoked, Yield{Result: Abandoned})),
	inferred("I11", "0.1",
		"A conference or transfer through a queue makes no IRF if it ends in the queue or the strategy while "+
			"somebody still handles the chat.",
		silence(I11).of("stopped by another"),
		silence(I11Queue, queueAbandoned).of("the customer leaves, in queue"),
		silence(I11Strategy, strategyAbandoned).of("the customer leaves, in strategy")),
	inferred("I12", "0.1",
		"Nobody's role changes if a conference's initiator leaves before its invitee, or if a transferee or "+
			"conferee invites another agent.",
		mark(I12, anyAttempt)),
	inferred("I13", "0.1",
		"A chat that is sent on to another queue is classified as if it had come there first. If the customer leaves "+
			"after that, or after a revoke or reject has put the chat back in a queue, there is a further IRF by "+
			"R12–R14.",
		mark(I13, anyRow)),
	inferred("I14", "0.1",
		"If the chat stops while an agent handles it, the agent is Completed at the stop, as by R8, whoever "+
			"stops the chat.",
		mark(I14, handlers|Set(R5, R8, I3Initiator))),
	inferred("I15", "0.1",
		"The agent invited to an accepted conference without a visibility mode, or to any conference with mode "+
			"2 (monitor), is InConference.",
		role(I15, Yield{Type: AgentResource, Role: InConference}, Yield{Role: ReceivedConsult})),
	inferred("I16", "0.1",
		"There is no further IRF if the customer leaves between a revoke or reject and the next queue while "+
			"nobody handles the chat, whether the strategy is still there or not.",
		silence(I16, queueAbandoned)),
	inferred("I17", "0.1",
		"An agent whose transfer was accepted is Transferred even if it is still a party when the target "+
			"leaves, or when the chat stops. If the target of a direct transfer accepts only after the initiator "+
			"has left, the initiator's IRF waits for that: it is Transferred, or Completed if the transfer fails.",
		mark(I17AtStop, handlers|Set(R5, R9), Yield{Result: Completed}).of("at the stop"),
		mark(I17Outlasts, handlers|Set(R5, R9), Yield{Result: Completed}).of("the target left first"),
		mark(I17Late, handlers|Set(R5, R9)).of("accepted late"),
		mark(I17Failed, handlers|Set(R5, R8)).of("failed late")),
	inferred("I18", "0.2",
		"If a conference's visibility modes differ, the last counts. Its queueing, its re-queueings, the "+
			"invitation and the acceptance may each give one. A mode that only re-queueings give counts, too.",
		mark(I18Unlike, conferred|Set(R6, R7), Yield{Role: RoleByFirstMode}).of("not alike"),
		mark(I18Requeued, conferred|Set(R6, R7), Yield{Role: RoleWithoutMode}).of("on re-queueings alone")),
	inferred("I19", "0.2", "Chats in an online medium other than chat are classified alike.", mark(I19, anyRow)),
	inferred("I20", "0.2",
		"If the only agent places the chat in a finishing queue and leaves, with no leg under way and no "+
			"invitation pending, it is Completed, whatever it transferred before. If the queue is for canceled "+
			"chats, the reason is Canceled. What follows makes no IRF.",
		result(I20Completed, anyAgent, Yield{Result: Completed}, Yield{Reason: CanceledReason}).of("completed"),
		result(I20Canceled, anyAgent, Yield{Result: Completed, Reason: CanceledReason}, Yield{Reason: NoReason}).
			of("canceled"),
		silence(I20After).of("what follows")),
	inferred("I21", "0.2",
		"If the server revokes an agent that handles the chat (handling-timeout), the agent's attempt ends "+
			"there, as Redirected [Revoked]. What follows is classified as after a routed invitation that failed.",
		Clause{
			ID: I21, Part: "the agent", Kind: ResultClause, Joins: anyAgent, Yield: redirectedRevoked, Open: true,
			Accepts: []Yield{
				{Reason: NoReason},
				{Result: Abandoned},
				{Result: Completed, Reason: NoReason},
				{Result: "None", Reason: NoReason},
				{Result: "Diverted", Reason: "RouteOnNoAnswer"},
			},
		},
		mark(I21After, anyRow).of("what follows")),
}

func documented(id, sections, says string, clauses ...Clause) Rule {
	return Rule{ID: id, Level: Documented, Since: "0.1", Source: sections, Says: says, Clauses: clauses}
}

func inferred(id, since, says string, clauses ...Clause) Rule {
	return Rule{ID: id, Level: Inferred, Since: since, Source: "inferred", Says: says, Clauses: clauses}
}

// role, result, mark and silence make clauses of their kinds ([ClauseKind]), with the clauses that they join, what they
// yield, and what is accepted instead, or for a silence as a further row.
func role(id ClauseID, y Yield, accepts ...Yield) Clause {
	return Clause{ID: id, Kind: RoleClause, Yield: y, Accepts: accepts}
}

func result(id ClauseID, joins Clauses, y Yield, accepts ...Yield) Clause {
	return Clause{ID: id, Kind: ResultClause, Joins: joins, Yield: y, Accepts: accepts}
}

func mark(id ClauseID, joins Clauses, accepts ...Yield) Clause {
	return Clause{ID: id, Kind: MarkClause, Joins: joins, Accepts: accepts}
}

func silence(id ClauseID, allows ...Yield) Clause {
	return Clause{ID: id, Kind: SilenceClause, Allows: allows}
}

// of returns the clause as the named part of its rule.
func (c Clause) of(part string) Clause {
	c.Part = part
	return c
}
