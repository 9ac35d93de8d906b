@I21
Feature: The server revokes the chat from the agent who handles it
  Interaction Server's handling timeout takes a chat from an agent who has had it too long, and returns it to its queue.
  What Info Mart reports of that agent is not known. What follows is as after an invitation that nobody accepted.

  @R1 @R8
  Scenario: The next agent completes the chat
    Given a chat that "Agent 1" handles
    When the server revokes the chat from "Agent 1" as "Expired"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor          | received from | start    | end      |
      | Agent 1  | RoutedTo/Redirected [Revoked] |               | 09:00:04 | 09:00:07 |
      | Agent 2  | RoutedTo/Completed            |               | 09:00:11 | 09:00:14 |

  @R1 @R6 @R12 @I13
  Scenario: The customer leaves in the queue
    Given a chat that "Agent 1" handles
    When the server revokes the chat from "Agent 1"
    And the server returns the chat to queue "Queue 1"
    And the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              |
      | Agent 1  | agent         | RoutedTo/Redirected [Revoked]                     |
      | Queue 1  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @R1 @I16
  Scenario: The customer leaves before the chat is back in its queue
    Given a chat that "Agent 1" handles
    When the server revokes the chat from "Agent 1"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |

  @R1 @R2 @R9 @I9
  Scenario: A transferee, and the server stops the chat
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    When the server revokes the chat from "Agent 2"
    And the server returns the chat to queue "Queue 1"
    And the server stops the chat
    Then the facts are:
      | resource | technical descriptor                  |
      | Agent 1  | RoutedTo/Transferred                  |
      | Agent 2  | ReceivedTransfer/Redirected [Revoked] |

  @R1 @R3 @I12
  Scenario: A conferee who was left alone
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    And "Agent 1" leaves
    When the server revokes the chat from "Agent 2"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And "Agent 1" accepts
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor              | received from |
      | Agent 1  | RoutedTo/Completed                |               |
      | Agent 2  | InConference/Redirected [Revoked] | 1             |
      | Agent 1  | RoutedTo/Completed                |               |
