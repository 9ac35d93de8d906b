@I13
Feature: The customer abandons after routing has begun anew
  The chat is back in a queue after an unanswered invitation, or a strategy has sent it on to another. Earlier
  attempts keep their facts, and the abandon adds one for where the chat was when the customer left.

  @R1 @R6 @R10 @R12
  Scenario: Back in the queue after an expired invitation
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And the invitation of "Agent 1" is revoked as "Expired"
    When the server returns the chat to queue "Queue 1"
    And the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              |
      | Agent 1  | agent         | RoutedTo/Redirected [Revoked]                     |
      | Queue 1  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @R1 @R6 @R10 @R12 @I1
  Scenario: Back in the queue after a reject
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And "Agent 1" rejects
    When the server returns the chat to queue "Queue 1"
    And the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              |
      | Agent 1  | agent         | RoutedTo/Redirected [Rejected]                    |
      | Queue 1  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @R1 @R7 @R10 @R13
  Scenario: During the second routing
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    When strategy "Strategy 1" takes the chat from queue "Queue 1"
    And the customer leaves
    Then the facts are:
      | resource   | resource type | technical descriptor          |
      | Agent 1    | agent         | RoutedTo/Redirected [Revoked] |
      | Strategy 1 | strategy      | Puller/CustomerAbandoned      |

  @R1 @R10 @R14
  Scenario: During the second alerting
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    When strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor                               |
      | Agent 1  | RoutedTo/Redirected [Revoked]                      |
      | Agent 2  | RoutedTo/CustomerAbandoned [AbandonedWhileRinging] |

  @R6 @R12
  Scenario: Sent on, and left in the other queue
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    When strategy "Strategy 1" sends the chat on to queue "Queue 2"
    And strategy "Strategy 1" leaves
    And the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              |
      | Queue 2  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @R7 @R13
  Scenario: Sent on, and left during the other routing
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    When strategy "Strategy 1" sends the chat on to queue "Queue 2"
    And strategy "Strategy 1" leaves
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    And the customer leaves
    Then the facts are:
      | resource   | resource type | technical descriptor     |
      | Strategy 2 | strategy      | Puller/CustomerAbandoned |

  @R1 @R14
  Scenario: Sent on, and left during alerting
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    When strategy "Strategy 1" sends the chat on to queue "Queue 2"
    And strategy "Strategy 1" leaves
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 1"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor                               |
      | Agent 1  | RoutedTo/CustomerAbandoned [AbandonedWhileRinging] |

  @R1 @R6 @R12 @I3 @I4 @I6
  Scenario: Back in the queue of a transfer
    Given a chat that "Agent 1" handles
    And "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    And the invitation of "Agent 2" is revoked as "Expired"
    When the server returns the chat to queue "Queue 2"
    And the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              |
      | Agent 1  | agent         | RoutedTo/Transferred                              |
      | Agent 2  | agent         | ReceivedTransfer/Redirected [Revoked]             |
      | Queue 2  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @R1 @R6 @R10 @R12
  Scenario: Only the last stay in the queue counts
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And 30 seconds pass
    And the invitation of "Agent 1" is revoked as "Expired"
    When the server returns the chat to queue "Queue 1"
    And 60 seconds pass
    And the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              | received from | start    | end      |
      | Agent 1  | agent         | RoutedTo/Redirected [Revoked]                     |               | 09:00:04 | 09:00:36 |
      | Queue 1  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |               | 09:00:37 | 09:01:38 |

  @R1 @R7 @R10 @R13
  Scenario: The strategy's attempt ends as it leaves
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And 30 seconds pass
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    When strategy "Strategy 1" takes the chat from queue "Queue 1"
    And 10 seconds pass
    And strategy "Strategy 1" leaves
    And 5 seconds pass
    And the customer leaves
    Then the facts are:
      | resource   | resource type | technical descriptor          | received from | start    | end      |
      | Agent 1    | agent         | RoutedTo/Redirected [Revoked] |               | 09:00:04 | 09:00:36 |
      | Strategy 1 | strategy      | Puller/CustomerAbandoned      |               | 09:00:39 | 09:00:50 |

  @R5
  Scenario: Sent on to another queue on the way
    Given a chat that "Agent 1" handles
    When "Agent 1" confers through queue "Queue 2" with visibility mode 1
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    And strategy "Strategy 2" sends the chat on to queue "Queue 3"
    And strategy "Strategy 2" leaves
    And strategy "Strategy 3" routes the chat from queue "Queue 3" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |
