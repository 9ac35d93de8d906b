package model

// Sets of clauses that recur in the table.
var (
	received      = Set(R2, R3, R4, I15, I3Target)                           // an agent's, or on behalf of one
	handlers      = received | Set(R1, I7Entering)                           // an agent that can come to handle
	unanswered    = Set(R10, R11, I4)                                        // revoked or rejected
	finished      = Set(R8, R9, I3Initiator, I20Completed, I20Canceled, I21) // accepted, then over
	throughQ      = Set(R5, I3Target)                                        // reached on behalf of an agent through a queue
	alertedToStop = Set(R14, I5, I5Customer, I10)                            // alerted when the chat stopped
	anyAgent      = handlers | Set(R5)
)

// ruleTable is the one table of rules. Its wording is ours; the sections name where the guide says it.
var ruleTable = []Rule{
	{
		"R1", Documented, "0.1", "1.1, 1.2, 1.11",
		"An agent invited by a strategy that routes an entering chat is RoutedTo.",
		[]Clause{{ID: R1, Kind: RoleClause, Yield: Yield{Type: AgentResource, Role: RoutedTo}}},
	},
	{
		"R2", Documented, "0.1", "1.3, 1.4",
		"An agent invited by another agent's transfer is ReceivedTransfer, whether it accepts or not.",
		[]Clause{{ID: R2, Kind: RoleClause, Yield: Yield{Type: AgentResource, Role: ReceivedTransfer}}},
	},
	{
		"R3", Documented, "0.1", "1.5, 1.6",
		"An agent invited by another agent's conference is InConference if the visibility mode given on the " +
			"queueing, the invitation or the acceptance is 1, or if the attempt fails before any mode is known.",
		[]Clause{{ID: R3, Kind: RoleClause, Yield: Yield{Type: AgentResource, Role: InConference}}},
	},
	{
		"R4", Documented, "0.1", "1.6, 1.7",
		"An agent invited by another agent's conference is ReceivedConsult if the visibility mode given is 3 (coach, " +
			"consult).",
		[]Clause{{ID: R4, Kind: RoleClause, Yield: Yield{Type: AgentResource, Role: ReceivedConsult}}},
	},
	{
		"R5", Documented, "0.1", "1.8",
		"In a conference or consult through a queue a strategy invites, but the role comes from what the conferring " +
			"agent wanted, by R3 or R4.",
		[]Clause{{ID: R5, Kind: RoleClause, Joins: Set(R3, R4, I15)}},
	},
	{
		"R6", Documented, "0.1", "1.9",
		"A chat that ends in a queue gives that queue an IRF with the role Received.",
		[]Clause{{ID: R6, Kind: RoleClause, Yield: Yield{Type: QueueResource, Role: Received}}},
	},
	{
		"R7", Documented, "0.1", "1.10",
		"A chat that ends while a strategy has it, or has just left, gives that strategy an IRF with the role " +
			"Puller: it pulled the chat from the queue.",
		[]Clause{{ID: R7, Kind: RoleClause, Yield: Yield{Type: StrategyResource, Role: Puller}}},
	},
	{
		"R8", Documented, "0.1", "1.1, 1.4–1.8",
		"An agent that accepted and later leaves is Completed.",
		[]Clause{{ID: R8, Kind: ResultClause, Joins: handlers, Yield: Yield{Result: Completed}}},
	},
	{
		"R9", Documented, "0.1", "1.3",
		"An agent that accepted, whose transfer to another agent was accepted, and that then leaves before the stop, " +
			"while the other is still a party by that invitation, is Transferred.",
		[]Clause{{ID: R9, Kind: ResultClause, Joins: Set(R1, I7Entering, I2), Yield: Yield{Result: Transferred}}},
	},
	{
		"R10", Documented, "0.1", "1.2",
		"A routed invitation that is revoked because it expired is Redirected [Revoked].",
		[]Clause{
			{ID: R10, Kind: ResultClause, Joins: Set(R1), Yield: Yield{Result: Redirected, Reason: RevokedReason}},
		},
	},
	{
		"R11", Documented, "0.1", "1.4, 1.6",
		"An agent's invitation that is revoked because it expired is Abandoned [Revoked]; the inviter's own IRF is " +
			"untouched.",
		[]Clause{
			{
				ID: R11, Kind: ResultClause, Joins: Set(R2, R3, R4, I15), Yield: Yield{
					Result: Abandoned, Reason: RevokedReason,
				},
			},
		},
	},
	{
		"R12", Documented, "0.1", "1.9",
		"The customer left while the chat was in the queue it entered by: CustomerAbandoned [AbandonedWhileQueued].",
		[]Clause{
			{
				ID: R12, Kind: ResultClause, Joins: Set(R6), Yield: Yield{
					Result: CustomerAbandoned, Reason: AbandonedWhileQueued,
				},
			},
		},
	},
	{
		"R13", Documented, "0.1", "1.10",
		"The customer left while a strategy was routing: CustomerAbandoned without a reason.",
		[]Clause{{ID: R13, Kind: ResultClause, Joins: Set(R7), Yield: Yield{Result: CustomerAbandoned}}},
	},
	{
		"R14", Documented, "0.1", "1.11",
		"The customer left while a routed agent was alerted, the invitation withdrawn as Stopped first or not: " +
			"CustomerAbandoned [AbandonedWhileRinging].",
		[]Clause{
			{
				ID: R14, Kind: ResultClause, Joins: Set(R1, I6Agent), Yield: Yield{
					Result: CustomerAbandoned, Reason: AbandonedWhileRinging,
				},
			},
		},
	},
	{
		"I1", Inferred, "0.1", "inferred",
		"A rejected invitation is classified as a revoked one, with the reason Rejected; one revoked for a reason " +
			"other than Expired and Stopped exactly as an expired one.",
		[]Clause{
			{
				ID: I1Rejected, Part: "rejected", Kind: MarkClause, Joins: unanswered,
				Yield: Yield{Reason: RejectedReason}, Accepts: []Yield{{Reason: RevokedReason}, {Reason: NoReason}},
			},
			{ID: I1Other, Part: "another reason", Kind: MarkClause, Joins: unanswered},
		},
	},
	{
		"I2", Inferred, "0.1", "inferred",
		"An agent that came by transfer or conference and transfers on keeps its role and is Transferred.",
		[]Clause{{ID: I2, Kind: MarkClause, Joins: received | Set(R9, I3Initiator)}},
	},
	{
		"I3", Inferred, "0.1", "inferred",
		"A transfer through a queue: the initiator is Transferred when it leaves, the target ReceivedTransfer.",
		[]Clause{
			{
				ID: I3Target, Part: "target", Kind: RoleClause,
				Yield: Yield{Type: AgentResource, Role: ReceivedTransfer}, Accepts: []Yield{{Role: RoutedTo}},
			},
			{
				ID: I3Initiator, Part: "initiator", Kind: ResultClause, Joins: handlers,
				Yield: Yield{Result: Transferred},
			},
		},
	},
	{
		"I4", Inferred, "0.1", "inferred",
		"A strategy's invitation on behalf of a conference or transfer through a queue is revoked: Redirected " +
			"[Revoked].",
		[]Clause{
			{
				ID: I4, Kind: ResultClause, Joins: throughQ, Yield: Yield{Result: Redirected, Reason: RevokedReason},
				Accepts: []Yield{{Result: Abandoned}},
			},
		},
	},
	{
		"I5", Inferred, "0.1", "inferred",
		"The chat stops while an agent invited on behalf of an agent, directly or through a queue, is alerted, and " +
			"I6 does not apply: Abandoned [Revoked].",
		[]Clause{
			{
				ID: I5, Part: "stopped by another", Kind: ResultClause, Joins: received | Set(R5),
				Yield: Yield{Result: Abandoned, Reason: RevokedReason}, Accepts: []Yield{{Result: Redirected}},
			},
			{
				ID: I5Customer, Part: "the customer leaves", Kind: ResultClause, Joins: received | Set(R5),
				Yield:   Yield{Result: Abandoned, Reason: RevokedReason},
				Accepts: []Yield{{Result: Redirected}, {Result: CustomerAbandoned, Reason: AbandonedWhileRinging}},
			},
		},
	},
	{
		"I6", Inferred, "0.1", "inferred",
		"Transferred or conferred through a queue, nobody handling at the stop, and the customer leaves in the " +
			"queue, during routing or alerting: as R12–R14, the alerted agent with its role by R2–R5.",
		[]Clause{
			{
				ID: I6Agent, Part: "agent", Kind: MarkClause, Joins: throughQ | Set(R14), Accepts: []Yield{
					{Role: RoutedTo},
				},
			},
			{
				ID: I6Mediation, Part: "queue or strategy", Kind: MarkClause, Joins: Set(R6, R7, R12, R13),
				Accepts: []Yield{{Role: RoleBehind}},
			},
		},
	},
	{
		"I7", Inferred, "0.1", "inferred",
		"An agent that pulls an entering chat is Puller, then as R8 or R9; from a conference or transfer queue it " +
			"has the role by R5 or I3, received from the initiator.",
		[]Clause{
			{ID: I7Entering, Part: "entering", Kind: RoleClause, Yield: Yield{Type: AgentResource, Role: Puller}},
			{
				ID: I7Behalf, Part: "on behalf", Kind: MarkClause, Joins: throughQ | finished, Accepts: []Yield{
					{Role: Puller},
				},
			},
		},
	},
	{
		"I8", Inferred, "0.1", "inferred",
		"A consulted agent that stays on alone after the initiator left is still ReceivedConsult.",
		[]Clause{{ID: I8, Kind: MarkClause, Joins: finished | Set(R4), Accepts: []Yield{{Role: InConference}}}},
	},
	{
		"I9", Inferred, "0.1", "inferred",
		"If a strategy, an agent or the server stops a chat that nobody handles, in a queue, in a strategy, or " +
			"between a failed invitation and the next queue, there is no IRF.",
		[]Clause{
			{ID: I9Queue, Part: "queue", Kind: SilenceClause},
			{
				ID: I9Strategy, Part: "strategy", Kind: SilenceClause, Allows: []Yield{
					{Type: StrategyResource, Role: Puller, Result: Completed},
				},
			},
		},
	},
	{
		"I10", Inferred, "0.1", "inferred",
		"If anyone but the media server stops the chat while a routed agent is alerted, the agent is Redirected " +
			"[Revoked].",
		[]Clause{
			{
				ID: I10, Kind: ResultClause, Joins: Set(R1), Yield: Yield{Result: Redirected, Reason: RevokedReason},
				Accepts: []Yield{{Result: Abandoned}},
			},
		},
	},
	{
		"I11", Inferred, "0.1", "inferred",
		"A conference or transfer through a queue that ends in the queue or the strategy, while somebody still " +
			"handles the chat, makes no IRF.",
		[]Clause{
			{ID: I11, Part: "stopped by another", Kind: SilenceClause},
			{
				ID: I11Queue, Part: "the customer leaves, in queue", Kind: SilenceClause, Allows: []Yield{
					{Type: QueueResource, Role: Received, Result: CustomerAbandoned, Reason: AbandonedWhileQueued},
				},
			},
			{
				ID: I11Strategy, Part: "the customer leaves, in strategy", Kind: SilenceClause, Allows: []Yield{
					{Type: StrategyResource, Role: Puller, Result: CustomerAbandoned},
				},
			},
		},
	},
	{
		"I12", Inferred, "0.1", "inferred",
		"If a conference's initiator leaves before its invitee, or a transferee or conferee invites in turn, " +
			"nobody's role changes.",
		[]Clause{{ID: I12, Kind: MarkClause, Joins: anyAgent | finished | unanswered | alertedToStop}},
	},
	{
		"I13", Inferred, "0.1", "inferred",
		"A chat that is sent on to another queue is classified as if it had come there first. If the customer leaves " +
			"after that, or after a revoke or reject has put the chat back in a queue, there is a further IRF by " +
			"R12–R14.",
		[]Clause{
			{
				ID: I13, Kind: MarkClause, Joins: anyAgent | finished | unanswered | alertedToStop | Set(R6, R7, R12,
					R13),
			},
		},
	},
	{
		"I14", Inferred, "0.1", "inferred",
		"If the chat stops while an agent handles it, whoever stops it, the agent is Completed at the stop, as by R8.",
		[]Clause{{ID: I14, Kind: MarkClause, Joins: handlers | Set(R5, R8, I3Initiator)}},
	},
	{
		"I15", Inferred, "0.1", "inferred",
		"An accepted conference with no visibility mode given, or any with mode 2 (monitor), is InConference.",
		[]Clause{
			{
				ID: I15, Kind: RoleClause, Yield: Yield{Type: AgentResource, Role: InConference}, Accepts: []Yield{
					{Role: ReceivedConsult},
				},
			},
		},
	},
	{
		"I16", Inferred, "0.1", "inferred",
		"If the customer leaves between a revoke or reject and the next queue while nobody handles the chat, there " +
			"is no further IRF, whether the strategy is still there or not.",
		[]Clause{
			{
				ID: I16, Kind: SilenceClause, Allows: []Yield{
					{Type: QueueResource, Role: Received, Result: CustomerAbandoned, Reason: AbandonedWhileQueued},
				},
			},
		},
	},
	{
		"I17", Inferred, "0.1", "inferred",
		"An agent whose transfer was accepted is Transferred even if it is still a party when the target leaves, or " +
			"at the stop. If the target of a direct transfer accepts only after the initiator left, the initiator's " +
			"IRF waits: it is Transferred, or Completed if the transfer fails.",
		[]Clause{
			{
				ID: I17AtStop, Part: "at the stop", Kind: MarkClause, Joins: handlers | Set(R5, R9), Accepts: []Yield{
					{Result: Completed},
				},
			},
			{
				ID: I17Outlasts, Part: "the target left first", Kind: MarkClause, Joins: handlers | Set(R5, R9),
				Accepts: []Yield{{Result: Completed}},
			},
			{ID: I17Late, Part: "accepted late", Kind: MarkClause, Joins: handlers | Set(R5, R9)},
			{ID: I17Failed, Part: "failed late", Kind: MarkClause, Joins: handlers | Set(R5, R8)},
		},
	},
	{
		"I18", Inferred, "0.2", "inferred",
		"A conference's visibility modes, on its queueing, its re-queueings, the invitation and the acceptance, are " +
			"not all alike: the last counts. One that is given on re-queueings alone counts.",
		[]Clause{
			{
				ID: I18Unlike, Part: "not alike", Kind: MarkClause, Joins: conferred | Set(R6, R7), Accepts: []Yield{
					{Role: RoleByFirstMode},
				},
			},
			{
				ID: I18Requeued, Part: "on re-queueings alone", Kind: MarkClause, Joins: conferred | Set(R6, R7),
				Accepts: []Yield{{Role: RoleWithoutMode}},
			},
		},
	},
	{
		"I19", Inferred, "0.2", "inferred",
		"Another online medium than chat is classified alike.",
		[]Clause{
			{
				ID: I19, Kind: MarkClause, Joins: anyAgent | finished | unanswered | alertedToStop | Set(R6, R7, R12,
					R13),
			},
		},
	},
	{
		"I20", Inferred, "0.2", "inferred",
		"The only agent, no leg under way and no invitation pending, places the chat in a finishing queue of the " +
			"deployment and leaves: Completed, in a queue for canceled ones with the reason Canceled, whatever it " +
			"transferred before. What follows makes no IRF.",
		[]Clause{
			{
				ID: I20Completed, Part: "completed", Kind: ResultClause, Joins: anyAgent,
				Yield: Yield{Result: Completed}, Accepts: []Yield{{Reason: CanceledReason}},
			},
			{
				ID: I20Canceled, Part: "canceled", Kind: ResultClause, Joins: anyAgent,
				Yield: Yield{Result: Completed, Reason: CanceledReason}, Accepts: []Yield{{Reason: NoReason}},
			},
			{ID: I20After, Part: "what follows", Kind: SilenceClause},
		},
	},
	{
		"I21", Inferred, "0.2", "inferred",
		"An agent that handles is revoked by the server (handling-timeout): its attempt ends there, Redirected " +
			"[Revoked]. What follows is as after a routed invitation's failure.",
		[]Clause{
			{
				ID: I21, Part: "the agent", Kind: ResultClause, Joins: anyAgent,
				Yield: Yield{Result: Redirected, Reason: RevokedReason}, Open: true,
				Accepts: []Yield{
					{Reason: NoReason},
					{Result: Abandoned},
					{Result: Completed, Reason: NoReason},
					{Result: "None", Reason: NoReason},
					{Result: "Diverted", Reason: "RouteOnNoAnswer"},
				},
			},
			{
				ID: I21After, Part: "what follows", Kind: MarkClause,
				Joins: anyAgent | finished | unanswered | alertedToStop | Set(R6, R7, R12, R13),
			},
		},
	},
}
