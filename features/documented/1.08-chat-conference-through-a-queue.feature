@1.8 @R1 @R5 @R8
Feature: An agent conferences in another agent through a queue
  The first agent stays in the chat and places it in a queue, from where a strategy invites the second. That agent is
  not RoutedTo, though a strategy delivered it: what the first agent wanted, and the visibility mode, give the role.

  @as-drawn @R3
  Scenario: Conference through a queue
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 1"
    And strategy "Strategy 1" leaves
    And "Agent 1" accepts
    When "Agent 1" confers through queue "Queue 2" with visibility mode 1
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    And strategy "Strategy 2" invites "Agent 2"
    And strategy "Strategy 2" leaves
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" leaves
    And "Agent 1" stops the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @as-drawn @R4
  Scenario: Consult through a queue
    Given a chat that "Agent 1" handles
    When "Agent 1" consults through queue "Queue 2"
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    And strategy "Strategy 2" invites "Agent 2"
    And strategy "Strategy 2" leaves
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" leaves
    And "Agent 1" stops the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |

  @as-drawn @R3
  Scenario: Visibility mode 1 on the invitation
    Given a chat that "Agent 1" handles
    When "Agent 1" confers through queue "Queue 2"
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

  @as-drawn @R4
  Scenario: Visibility mode 3 on the invitation
    Given a chat that "Agent 1" handles
    When "Agent 1" confers through queue "Queue 2"
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    And strategy "Strategy 2" invites "Agent 2" with visibility mode 3
    And strategy "Strategy 2" leaves
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |

  @as-drawn @R3
  Scenario: Visibility mode 1 only at the acceptance
    Given a chat that "Agent 1" handles
    When "Agent 1" confers through queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    And "Agent 2" accepts with visibility mode 1
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @as-drawn @R4
  Scenario: Visibility mode 3 only at the acceptance
    Given a chat that "Agent 1" handles
    When "Agent 1" confers through queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    And "Agent 2" accepts with visibility mode 3
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |

  @composed @R3
  Scenario: Through the queue that the customer came by
    Given a chat that "Agent 1" handles
    When "Agent 1" confers through queue "Queue 1" with visibility mode 1
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @composed @R2 @R3 @R9
  Scenario: Transfer after a conference through a queue
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2" with visibility mode 1
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" leaves
    When "Agent 1" invites "Agent 3" to a transfer
    And "Agent 3" accepts
    And "Agent 1" leaves
    And "Agent 3" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | InConference/Completed     |
      | Agent 3  | ReceivedTransfer/Completed |

  @composed @R4
  Scenario: Neutral and unknown events in between
    Given a chat that "Agent 1" handles
    And the chat is held
    And the chat is resumed
    When "Agent 1" consults through queue "Queue 2"
    And the chat is updated
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    And the unknown event "EventNoteAdded" occurs
    And strategy "Strategy 2" invites "Agent 2"
    And the chat is updated
    And strategy "Strategy 2" leaves
    And the unknown event "EventNoteAdded" occurs
    And "Agent 2" accepts
    And the chat is held
    And "Agent 2" leaves
    And the chat is updated
    And "Agent 1" leaves
    And the unknown event "EventNoteAdded" occurs
    And "Agent 1" stops the chat
    And the chat is updated
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |
