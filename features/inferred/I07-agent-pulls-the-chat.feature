@I7 @R8
Feature: An agent pulls a chat from a queue
  Nobody invites: the agent takes the chat itself. From the entering queue it is a Puller; from the queue of a
  conference or transfer it has the role that an invited agent would have, and has the chat from the initiator.

  Scenario: From the queue that the customer came by
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    When "Agent 1" pulls the chat from queue "Queue 1"
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor |
      | Agent 1  | Puller/Completed     |

  @R2 @R9
  Scenario: Pulled, then transferred
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And "Agent 1" pulls the chat from queue "Queue 1"
    When "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | Puller/Transferred         |
      | Agent 2  | ReceivedTransfer/Completed |

  @R1 @R10
  Scenario: Pulled after a routed invitation expired
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    When "Agent 2" pulls the chat from queue "Queue 1"
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |
      | Agent 2  | Puller/Completed              |

  @R1 @R3 @R5
  Scenario: From the queue of a conference
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2" with visibility mode 1
    When "Agent 2" pulls the chat from queue "Queue 2"
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   | received from |
      | Agent 1  | RoutedTo/Completed     |               |
      | Agent 2  | InConference/Completed | 1             |

  @R1 @R4 @R5
  Scenario: From the queue of a conference, visibility mode 3 only at the pull
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2"
    When "Agent 2" pulls the chat from queue "Queue 2" with visibility mode 3
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |

  @R1 @I3
  Scenario: From the queue of a transfer
    Given a chat that "Agent 1" handles
    And "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    When 20 seconds pass
    And "Agent 2" pulls the chat from queue "Queue 2"
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       | received from | start    | end      |
      | Agent 1  | RoutedTo/Transferred       |               | 09:00:04 | 09:00:08 |
      | Agent 2  | ReceivedTransfer/Completed | 1             | 09:00:30 | 09:00:31 |
