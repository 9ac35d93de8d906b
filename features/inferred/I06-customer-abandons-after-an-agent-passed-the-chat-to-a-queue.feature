@I6 @R1
Feature: The customer abandons after an agent has passed the chat to a queue
  The first agent has gone and nobody handles when the customer leaves: an abandon in the queue, in routing or in
  alerting, as for an entering chat. Only the alerted agent's role remembers the transfer, conference or consult.

  Background:
    Given a chat that "Agent 1" handles

  @R6 @R12 @I3
  Scenario: In the queue of a transfer
    Given "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    When the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              |
      | Agent 1  | agent         | RoutedTo/Transferred                              |
      | Queue 2  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @R6 @R8 @R12
  Scenario: In the queue of a conference
    Given "Agent 1" confers through queue "Queue 2" with visibility mode 1
    And "Agent 1" leaves
    When the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              |
      | Agent 1  | agent         | RoutedTo/Completed                                |
      | Queue 2  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @R6 @R8 @R12
  Scenario: In the queue of a consult
    Given "Agent 1" consults through queue "Queue 2"
    And "Agent 1" leaves
    When the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              |
      | Agent 1  | agent         | RoutedTo/Completed                                |
      | Queue 2  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @R7 @R13 @I3
  Scenario: During routing of a transfer
    Given "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    When strategy "Strategy 2" leaves
    And the customer leaves
    Then the facts are:
      | resource   | resource type | technical descriptor     |
      | Agent 1    | agent         | RoutedTo/Transferred     |
      | Strategy 2 | strategy      | Puller/CustomerAbandoned |

  @R7 @R8 @R13
  Scenario: During routing of a conference
    Given "Agent 1" confers through queue "Queue 2"
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    And "Agent 1" leaves
    When strategy "Strategy 2" leaves
    And the customer leaves
    Then the facts are:
      | resource   | resource type | technical descriptor     |
      | Agent 1    | agent         | RoutedTo/Completed       |
      | Strategy 2 | strategy      | Puller/CustomerAbandoned |

  @R7 @R8 @R13
  Scenario: During routing of a consult
    Given "Agent 1" consults through queue "Queue 2"
    And "Agent 1" leaves
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    When the customer leaves
    Then the facts are:
      | resource   | resource type | technical descriptor     |
      | Agent 1    | agent         | RoutedTo/Completed       |
      | Strategy 2 | strategy      | Puller/CustomerAbandoned |

  @R14 @I3
  Scenario: During alerting of a transfer
    Given "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    When the customer leaves
    Then the facts are:
      | resource | technical descriptor                                       |
      | Agent 1  | RoutedTo/Transferred                                       |
      | Agent 2  | ReceivedTransfer/CustomerAbandoned [AbandonedWhileRinging] |

  @R3 @R5 @R8 @R14 @I12
  Scenario: During alerting of a conference
    Given "Agent 1" confers through queue "Queue 2" with visibility mode 1
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    And "Agent 1" leaves
    When the customer leaves
    Then the facts are:
      | resource | technical descriptor                                   |
      | Agent 1  | RoutedTo/Completed                                     |
      | Agent 2  | InConference/CustomerAbandoned [AbandonedWhileRinging] |

  @R3 @R5 @R8 @R14 @I12
  Scenario: During alerting of a conference, visibility mode unknown
    Given "Agent 1" confers through queue "Queue 2"
    And "Agent 1" leaves
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    When the customer leaves
    Then the facts are:
      | resource | technical descriptor                                   |
      | Agent 1  | RoutedTo/Completed                                     |
      | Agent 2  | InConference/CustomerAbandoned [AbandonedWhileRinging] |

  @R4 @R5 @R8 @R14 @I12
  Scenario: During alerting of a consult
    Given "Agent 1" consults through queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    And "Agent 1" leaves
    When the invitation of "Agent 2" is revoked as "Stopped"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor                                      |
      | Agent 1  | RoutedTo/Completed                                        |
      | Agent 2  | ReceivedConsult/CustomerAbandoned [AbandonedWhileRinging] |

  @R14 @I3
  Scenario: Whom the alerted agent has it from, and how long
    Given "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    When 15 seconds pass
    And the invitation of "Agent 2" is revoked as "Stopped"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor                                       | received from | start    | end      |
      | Agent 1  | RoutedTo/Transferred                                       |               | 09:00:04 | 09:00:08 |
      | Agent 2  | ReceivedTransfer/CustomerAbandoned [AbandonedWhileRinging] | 1             | 09:00:11 | 09:00:29 |

  @R6 @R12 @I3
  Scenario: A queue has the chat from nobody
    Given "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    When 60 seconds pass
    And the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              | received from | start    | end      |
      | Agent 1  | agent         | RoutedTo/Transferred                              |               | 09:00:04 | 09:00:08 |
      | Queue 2  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |               | 09:00:07 | 09:01:09 |
