Feature: What Write writes

  # Found by seed 20.
  #
  # In two lines.
  @1.4 @shrunk
  Scenario: A chat
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    When strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 1"
    And "Agent 1" accepts
    And "Agent 1" invites "Agent 2" to a conference
    And "Agent 1" invites "Agent 3" to a conference with visibility mode 1
    And the invitation of "Agent 2" is revoked as "Expired"
    And the invitation of "Agent 3" is revoked as "Expired"
    And the media server removes "Agent 1"
    And the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor             | received from | start    | end      |
      | Agent 1  | agent         | RoutedTo/Completed               |               | 09:00:04 | 09:00:10 |
      | Agent 2  | agent         | InConference/Abandoned [Revoked] | 1             | 09:00:06 | 09:00:08 |
      | Agent 3  | agent         | InConference/Abandoned [Revoked] | 1             | 09:00:07 | 09:00:09 |

  Scenario: Chats beside each other
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    When the chat leaves queue "Queue 1" for strategy "Strategy 1"
    And chat "chat 2"
    And the next event is at 09:00:00
    And a customer submits a chat
    And the chat enters queue "Queue 1"
    And the chat leaves queue "Queue 1" for strategy "Strategy 1"
    And chat "chat 1"
    And strategy "Strategy 1" accepts
    And strategy "Strategy 1" invites "Agent 1"
    And chat "chat 2"
    And the next event is at 09:00:03
    And strategy "Strategy 1" accepts
    And strategy "Strategy 1" leaves
    And the server returns the chat to queue "Queue 1"
    And the chat leaves queue "Queue 1" for strategy "Strategy 1"
    And chat "chat 1"
    And the next event is at 09:00:05
    And "Agent 1" accepts
    And chat "chat 2"
    And 1 second passes
    And strategy "Strategy 1" accepts
    And chat "chat 1"
    And the next event is at 09:00:06
    And "Agent 1" leaves
    And chat "chat 2"
    And 1 second passes
    And the server stops the chat
    And chat "chat 1"
    And the next event is at 09:00:07
    And strategy "Strategy 1" stops the chat
    Then the facts are:
      | interaction | resource | resource type | technical descriptor | received from | start    | end      |
      | chat 1      | Agent 1  | agent         | RoutedTo/Completed   |               | 09:00:04 | 09:00:06 |

  Scenario: Gaps
    Given 5 seconds pass
    And a customer submits a chat
    And the next event is at 09:00:05
    And the chat enters queue "Queue 1"
    When the next event has seq 7
    And 4 seconds pass
    And the chat leaves queue "Queue 1" for strategy "Strategy 1"
    And the next event has seq 12
    And strategy "Strategy 1" accepts
    And strategy "Strategy 1" invites "Agent 1"
    And strategy "Strategy 1" leaves
    And the next event has seq 19
    And 1 second passes
    And "Agent 1" rejects
    And the server returns the chat to queue "Queue 1"
    And "Agent 2" pulls the chat from queue "Queue 1"
    And "Agent 2" invites "Agent 3" to a consult
    And "Agent 2" transfers through queue "Queue 1"
    And the next event is at 2026-01-06T09:00:00Z
    And the media server removes "Agent 2"
    And the customer leaves
    Then there are no facts

  @ill-formed
  Scenario: Names with quotes
    Given the events:
      """
      {"interaction_id":"chat 1","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventInteractionSubmitted","actor":{"type":"media_server"}}
      {"interaction_id":"chat 1","seq":2,"time":"2026-01-05T09:00:01Z","event":"EventPlacedInQueue","actor":{"type":"media_server"},"queue":"Zoë \"the Voice\" \u0022\u0022\u0022|\n"}
      {"interaction_id":"chat 1","seq":2,"time":"2026-01-05T09:00:01Z","event":"EventProcessingStopped","actor":{"type":"interaction_server","id":"#1"}}
      """
    Then the facts are:
      | resource                 | technical descriptor       |
      | Zoë "the Voice" """\|\nö | Received/CustomerAbandoned |

  @table @ill-formed
  Scenario: Cells
    Given chat "x"
    And the next event has seq 7
    And the next event is at 2026-01-06T00:30:00.25Z
    And a customer submits an "email" interaction
    When the server removes strategy "S"
    And 7 seconds pass
    And the unknown event "EventTypingStarted" of the media server occurs
    And an agent stops the chat
    Then the facts are:
      | resource      | resource type | technical descriptor              | start                | end      |
      | a\|b\\c\nd\\n | queue         | RoutedTo/Completed                | 2026-01-06T00:30:00Z |          |
      | 李雷            |               | Received/Redirected [Unspecified] |                      | 09:00:00 |
