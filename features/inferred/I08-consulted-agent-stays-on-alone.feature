@I8 @R1 @R4 @R8 @I12
Feature: A consulted agent stays on alone
  The initiator leaves first and the consulted agent finishes with the customer. It came as a consultant and stays
  one in the reports; that it took over does not make a conference of it.

  Scenario: The initiator leaves first
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a consult
    And "Agent 2" accepts
    When "Agent 1" leaves
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |

  @R5
  Scenario: The initiator leaves first, consult through a queue
    Given a chat that "Agent 1" handles
    And "Agent 1" consults through queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    And "Agent 2" accepts
    When "Agent 1" leaves
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |

  @R3
  Scenario: A third agent leaves after the initiator
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a consult
    And "Agent 2" accepts
    And "Agent 1" invites "Agent 3" to a conference with visibility mode 1
    And "Agent 3" accepts
    When "Agent 1" leaves
    And "Agent 3" leaves
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |
      | Agent 3  | InConference/Completed    |
