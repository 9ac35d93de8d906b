@I18
Feature: A conference's visibility modes are not all alike, or one is given on a re-queueing alone
  A conference can be given a mode on its queueing, on each re-queueing, on the invitation and on the acceptance. The
  guide shows one. The reference takes the last for the agent's role; the first is accepted, too.

  @R4
  Scenario: A conference becomes a consultation on acceptance
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    When "Agent 2" accepts with visibility mode 3
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |

  @R3 @R5
  Scenario: A consultation through a queue becomes a conference on the invitation
    Given a chat that "Agent 1" handles
    And "Agent 1" consults through queue "Queue 2"
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    When strategy "Strategy 2" invites "Agent 2" with visibility mode 1
    And strategy "Strategy 2" leaves
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @R4 @R5 @I13
  Scenario: Given on the re-queueing alone
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2"
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    When strategy "Strategy 2" sends the chat on to queue "Queue 3" with visibility mode 3
    And strategy "Strategy 3" routes the chat from queue "Queue 3" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |

  @R3 @R5 @I4
  Scenario: The server's re-queueing says otherwise than the queueing
    Given a chat that "Agent 1" handles
    And "Agent 1" consults through queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    And the invitation of "Agent 2" is revoked as "Expired"
    When the server returns the chat to queue "Queue 2" with visibility mode 1
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 3"
    And "Agent 3" accepts
    And "Agent 3" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedConsult/Redirected [Revoked] |
      | Agent 3  | InConference/Completed               |

  @I15
  Scenario: A consultation becomes a monitoring
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a consult
    When "Agent 2" accepts with visibility mode 2
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @I6 @R6 @R12
  Scenario: The customer leaves a conference in its second queue
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2" with visibility mode 1
    And "Agent 1" leaves
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    When strategy "Strategy 2" sends the chat on to queue "Queue 3" with visibility mode 3
    And the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              |
      | Agent 1  | agent         | RoutedTo/Completed                                |
      | Queue 3  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @R3
  Scenario: Visibility mode 3 becomes 1 at the acceptance
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 3
    And "Agent 2" accepts with visibility mode 1
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @R4
  Scenario: Visibility mode 1 becomes 3 at the acceptance
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts with visibility mode 3
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |

  @R4 @R5
  Scenario: Visibility mode 1 becomes 3 at the acceptance, through a queue
    Given a chat that "Agent 1" handles
    When "Agent 1" confers through queue "Queue 2" with visibility mode 1
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    And "Agent 2" accepts with visibility mode 3
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |

  @R3 @R5
  Scenario: Visibility mode 3 becomes 1 on the invitation, through a queue
    Given a chat that "Agent 1" handles
    When "Agent 1" confers through queue "Queue 2" with visibility mode 3
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    And strategy "Strategy 2" invites "Agent 2" with visibility mode 1
    And strategy "Strategy 2" leaves
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |
