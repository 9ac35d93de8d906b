@I15 @R1 @R8
Feature: A conference whose visibility mode is missing, or is 2
  The other agent joins although no event ever names a visibility mode, or it joins to monitor. Only mode 3 makes a
  consult: the role is InConference.

  Background:
    Given a chat that "Agent 1" handles

  Scenario: Accepted with no visibility mode
    When "Agent 1" invites "Agent 2" to a conference
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @R5
  Scenario: Accepted through a queue with no visibility mode
    When "Agent 1" confers through queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  Scenario: Accepted with visibility mode 2
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 2
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  Scenario: Visibility mode 3 becomes 2 at the acceptance
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 3
    And "Agent 2" accepts with visibility mode 2
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @R11
  Scenario: Invitation with visibility mode 2 expires
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 2
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor             |
      | Agent 1  | RoutedTo/Completed               |
      | Agent 2  | InConference/Abandoned [Revoked] |
