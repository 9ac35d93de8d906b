@composed
Feature: The clock decides nothing
  The order of the events is that of seq. A chat goes on over midnight and the year's end, and through hours of silence;
  that all happens within a second means nothing either, nor that the clock is set back while it goes on.

  @R1 @R2 @R8 @R9
  Scenario Outline: A transfer <when>
    Given the next event is at <began>
    And a chat that "Agent 1" handles
    When the next event is at <invited>
    And "Agent 1" invites "Agent 2" to a transfer
    And the next event is at <accepted>
    And "Agent 2" accepts
    And "Agent 1" leaves
    And the next event is at <left>
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

    Examples:
      | when                               | began                | invited              | accepted             | left                 |
      | over the full hour                 | 2026-03-10T13:59:50Z | 2026-03-10T13:59:58Z | 2026-03-10T14:00:00Z | 2026-03-10T14:00:30Z |
      | over midnight                      | 2026-03-10T23:59:50Z | 2026-03-10T23:59:58Z | 2026-03-11T00:00:00Z | 2026-03-11T00:00:30Z |
      | over the end of February           | 2026-02-28T23:59:50Z | 2026-02-28T23:59:59Z | 2026-03-01T00:00:00Z | 2026-03-01T00:00:30Z |
      | over a leap day                    | 2028-02-28T23:59:50Z | 2028-02-28T23:59:59Z | 2028-02-29T12:00:00Z | 2028-03-01T00:00:00Z |
      | over the end of the year           | 2026-12-31T23:59:50Z | 2026-12-31T23:59:59Z | 2027-01-01T00:00:00Z | 2027-01-01T00:00:30Z |
      | in the hour that summer time skips | 2026-03-29T00:59:50Z | 2026-03-29T00:59:59Z | 2026-03-29T01:00:00Z | 2026-03-29T01:30:00Z |
      | in the hour that there is twice    | 2026-10-25T00:30:00Z | 2026-10-25T00:59:59Z | 2026-10-25T01:00:00Z | 2026-10-25T01:30:00Z |
      | with pauses of hours               | 2026-03-10T09:00:00Z | 2026-03-10T10:31:00Z | 2026-03-10T14:05:00Z | 2026-03-12T07:00:00Z |

  @R1 @R2 @R8 @R9
  Scenario: A transfer while the clock runs backwards
    Given a chat that "Agent 1" handles
    When the next event is at 09:50:00
    And "Agent 1" invites "Agent 2" to a transfer
    And the next event is at 09:40:00
    And "Agent 2" accepts
    And the next event is at 09:30:00
    And "Agent 1" leaves
    And the next event is at 09:20:00
    And "Agent 2" leaves
    And the next event is at 09:10:00
    And "Agent 2" stops the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

  @R1 @R14
  Scenario: The customer leaves before the agent was alerted, by a clock that was set back
    Given a customer submits a chat
    And the next event is at 10:30:00
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    When the next event is at 09:45:00
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor                               |
      | Agent 1  | RoutedTo/CustomerAbandoned [AbandonedWhileRinging] |

  @R1 @R2 @R8 @R11
  Scenario: A transfer that fails, all within a second
    Given the events:
      """
      {"interaction_id":"chat 1","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventInteractionSubmitted","actor":{"type":"media_server"}}
      {"interaction_id":"chat 1","seq":2,"time":"2026-01-05T09:00:00Z","event":"EventPlacedInQueue","actor":{"type":"media_server"},"queue":"Queue 1"}
      {"interaction_id":"chat 1","seq":3,"time":"2026-01-05T09:00:00Z","event":"EventTakenFromQueue","actor":{"type":"strategy","id":"Strategy 1"},"queue":"Queue 1"}
      {"interaction_id":"chat 1","seq":4,"time":"2026-01-05T09:00:00Z","event":"EventPartyAdded","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"}}
      {"interaction_id":"chat 1","seq":5,"time":"2026-01-05T09:00:00Z","event":"EventAgentInvited","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":6,"time":"2026-01-05T09:00:00Z","event":"EventPartyRemoved","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"}}
      {"interaction_id":"chat 1","seq":7,"time":"2026-01-05T09:00:00Z","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":8,"time":"2026-01-05T09:00:00Z","event":"EventAgentInvited","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 2"},"operation":"transfer"}
      {"interaction_id":"chat 1","seq":9,"time":"2026-01-05T09:00:00Z","event":"EventRevoked","actor":{"type":"interaction_server"},"party":{"type":"agent","id":"Agent 2"},"reason":"Expired"}
      {"interaction_id":"chat 1","seq":10,"time":"2026-01-05T09:00:00Z","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":11,"time":"2026-01-05T09:00:00Z","event":"EventProcessingStopped","actor":{"type":"agent","id":"Agent 1"}}
      """
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |
