@I4 @R1 @R8
Feature: A strategy's invitation on behalf of an agent is revoked
  In a conference or transfer through a queue a strategy invites, and on an expired invitation the chat goes back to
  the queue: Redirected, as in routing. The role still tells what the initiator wanted.

  @R3 @R5
  Scenario: Conference through a queue
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2" with visibility mode 1
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    When the invitation of "Agent 2" is revoked as "Expired"
    And the server returns the chat to queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 3"
    And "Agent 3" accepts
    And "Agent 3" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor              | received from |
      | Agent 1  | RoutedTo/Completed                |               |
      | Agent 2  | InConference/Redirected [Revoked] | 1             |
      | Agent 3  | InConference/Completed            | 1             |

  @R3 @R5
  Scenario: Conference through a queue, visibility mode unknown
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    When the invitation of "Agent 2" is revoked as "Expired"
    And the server returns the chat to queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 3"
    And "Agent 3" accepts with visibility mode 1
    And "Agent 3" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor              |
      | Agent 1  | RoutedTo/Completed                |
      | Agent 2  | InConference/Redirected [Revoked] |
      | Agent 3  | InConference/Completed            |

  @R4 @R5
  Scenario: Consult through a queue
    Given a chat that "Agent 1" handles
    And "Agent 1" consults through queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    When the invitation of "Agent 2" is revoked as "Expired"
    And the server returns the chat to queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 3"
    And "Agent 3" accepts
    And "Agent 3" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedConsult/Redirected [Revoked] |
      | Agent 3  | ReceivedConsult/Completed            |

  @I3
  Scenario: Transfer through a queue
    Given a chat that "Agent 1" handles
    And "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    When the invitation of "Agent 2" is revoked as "Expired"
    And the server returns the chat to queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 3"
    And "Agent 3" accepts
    And "Agent 3" completes the chat
    Then the facts are:
      | resource | technical descriptor                  | received from |
      | Agent 1  | RoutedTo/Transferred                  |               |
      | Agent 2  | ReceivedTransfer/Redirected [Revoked] | 1             |
      | Agent 3  | ReceivedTransfer/Completed            | 1             |
