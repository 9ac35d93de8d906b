@composed
Feature: What means nothing changes nothing
  Another release of Interaction Server, or of what reads it, adds fields and events, writes null for what is absent, and
  gives reasons and modes where nobody needs one. Whoever does not know them passes over them.

  @R1 @R2 @R8 @R9
  Scenario: Neutral and unknown events in between
    Given a chat that "Agent 1" handles
    And the chat is held
    And the unknown event "EventTypingStarted" of the media server occurs
    When "Agent 1" invites "Agent 2" to a transfer
    And the chat is updated
    And "Agent 2" accepts
    And the unknown event "EventPartyRenamed" occurs
    And "Agent 1" leaves
    And the chat is resumed
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

  @R1 @R2 @R8 @R9
  Scenario: Fields that nobody knows
    Given the events:
      """
      {"interaction_id":"chat 1","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventInteractionSubmitted","actor":{"type":"media_server"},"node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""}}
      {"interaction_id":"chat 1","seq":2,"time":"2026-01-05T09:00:01Z","event":"EventPlacedInQueue","actor":{"type":"media_server"},"queue":"Queue 1","node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""}}
      {"interaction_id":"chat 1","seq":3,"time":"2026-01-05T09:00:02Z","event":"EventTakenFromQueue","actor":{"type":"strategy","id":"Strategy 1","name":"Somebody Else"},"queue":"Queue 1","node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""}}
      {"interaction_id":"chat 1","seq":4,"time":"2026-01-05T09:00:03Z","event":"EventPartyAdded","actor":{"type":"strategy","id":"Strategy 1","name":"Somebody Else"},"party":{"type":"strategy","id":"Strategy 1","place":{"id":"Desk 1","type":"queue"}},"node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""}}
      {"interaction_id":"chat 1","seq":5,"time":"2026-01-05T09:00:04Z","event":"EventAgentInvited","actor":{"type":"strategy","id":"Strategy 1","name":"Somebody Else"},"party":{"type":"agent","id":"Agent 1","place":{"id":"Desk 1","type":"queue"}},"node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""}}
      {"interaction_id":"chat 1","seq":6,"time":"2026-01-05T09:00:05Z","event":"EventPartyRemoved","actor":{"type":"strategy","id":"Strategy 1","name":"Somebody Else"},"party":{"type":"strategy","id":"Strategy 1","place":{"id":"Desk 1","type":"queue"}},"node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""}}
      {"interaction_id":"chat 1","seq":7,"time":"2026-01-05T09:00:06Z","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 1","name":"Somebody Else"},"party":{"type":"agent","id":"Agent 1","place":{"id":"Desk 1","type":"queue"}},"node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""}}
      {"interaction_id":"chat 1","seq":8,"time":"2026-01-05T09:00:07Z","event":"EventAgentInvited","actor":{"type":"agent","id":"Agent 1","name":"Somebody Else"},"party":{"type":"agent","id":"Agent 2","place":{"id":"Desk 1","type":"queue"}},"operation":"transfer","node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""}}
      {"interaction_id":"chat 1","seq":9,"time":"2026-01-05T09:00:08Z","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 2","name":"Somebody Else"},"party":{"type":"agent","id":"Agent 2","place":{"id":"Desk 1","type":"queue"}},"node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""}}
      {"interaction_id":"chat 1","seq":10,"time":"2026-01-05T09:00:09Z","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 1","name":"Somebody Else"},"party":{"type":"agent","id":"Agent 1","place":{"id":"Desk 1","type":"queue"}},"node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""}}
      {"interaction_id":"chat 1","seq":11,"time":"2026-01-05T09:00:10Z","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 2","name":"Somebody Else"},"party":{"type":"agent","id":"Agent 2","place":{"id":"Desk 1","type":"queue"}},"node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""}}
      {"interaction_id":"chat 1","seq":12,"time":"2026-01-05T09:00:11Z","event":"EventProcessingStopped","actor":{"type":"agent","id":"Agent 2","name":"Somebody Else"},"node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""}}
      """
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

  @R1 @R2 @R8 @R9
  Scenario: Null for what is absent
    Given the events:
      """
      {"interaction_id":"chat 1","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventInteractionSubmitted","actor":{"type":"media_server","id":null},"party":null,"queue":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null}
      {"interaction_id":"chat 1","seq":2,"time":"2026-01-05T09:00:01Z","event":"EventPlacedInQueue","actor":{"type":"media_server","id":null},"queue":"Queue 1","party":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null}
      {"interaction_id":"chat 1","seq":3,"time":"2026-01-05T09:00:02Z","event":"EventTakenFromQueue","actor":{"type":"strategy","id":"Strategy 1"},"queue":"Queue 1","party":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null}
      {"interaction_id":"chat 1","seq":4,"time":"2026-01-05T09:00:03Z","event":"EventPartyAdded","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"},"queue":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null}
      {"interaction_id":"chat 1","seq":5,"time":"2026-01-05T09:00:04Z","event":"EventAgentInvited","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"agent","id":"Agent 1"},"queue":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null}
      {"interaction_id":"chat 1","seq":6,"time":"2026-01-05T09:00:05Z","event":"EventPartyRemoved","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"},"queue":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null}
      {"interaction_id":"chat 1","seq":7,"time":"2026-01-05T09:00:06Z","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"},"queue":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null}
      {"interaction_id":"chat 1","seq":8,"time":"2026-01-05T09:00:07Z","event":"EventAgentInvited","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 2"},"operation":"transfer","queue":null,"visibility_mode":null,"reason":null,"media_type":null}
      {"interaction_id":"chat 1","seq":9,"time":"2026-01-05T09:00:08Z","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 2"},"party":{"type":"agent","id":"Agent 2"},"queue":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null}
      {"interaction_id":"chat 1","seq":10,"time":"2026-01-05T09:00:09Z","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"},"queue":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null}
      {"interaction_id":"chat 1","seq":11,"time":"2026-01-05T09:00:10Z","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 2"},"party":{"type":"agent","id":"Agent 2"},"queue":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null}
      {"interaction_id":"chat 1","seq":12,"time":"2026-01-05T09:00:11Z","event":"EventProcessingStopped","actor":{"type":"agent","id":"Agent 2"},"party":null,"queue":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null}
      """
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

  @R1 @R2 @R8 @R9
  Scenario: A reason and a visibility mode where they mean nothing
    Given the events:
      """
      {"interaction_id":"chat 1","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventInteractionSubmitted","actor":{"type":"media_server"}}
      {"interaction_id":"chat 1","seq":2,"time":"2026-01-05T09:00:01Z","event":"EventPlacedInQueue","actor":{"type":"media_server"},"queue":"Queue 1"}
      {"interaction_id":"chat 1","seq":3,"time":"2026-01-05T09:00:02Z","event":"EventTakenFromQueue","actor":{"type":"strategy","id":"Strategy 1"},"queue":"Queue 1"}
      {"interaction_id":"chat 1","seq":4,"time":"2026-01-05T09:00:03Z","event":"EventPartyAdded","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"},"reason":"Expired"}
      {"interaction_id":"chat 1","seq":5,"time":"2026-01-05T09:00:04Z","event":"EventAgentInvited","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":6,"time":"2026-01-05T09:00:05Z","event":"EventPartyRemoved","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"},"reason":"Expired"}
      {"interaction_id":"chat 1","seq":7,"time":"2026-01-05T09:00:06Z","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"},"reason":"Expired"}
      {"interaction_id":"chat 1","seq":8,"time":"2026-01-05T09:00:07Z","event":"EventAgentInvited","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 2"},"operation":"transfer","visibility_mode":3}
      {"interaction_id":"chat 1","seq":9,"time":"2026-01-05T09:00:08Z","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 2"},"party":{"type":"agent","id":"Agent 2"},"reason":"Expired"}
      {"interaction_id":"chat 1","seq":10,"time":"2026-01-05T09:00:09Z","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"},"reason":"Expired"}
      {"interaction_id":"chat 1","seq":11,"time":"2026-01-05T09:00:10Z","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 2"},"party":{"type":"agent","id":"Agent 2"},"reason":"Expired"}
      {"interaction_id":"chat 1","seq":12,"time":"2026-01-05T09:00:11Z","event":"EventProcessingStopped","actor":{"type":"agent","id":"Agent 2"},"reason":"Stopped"}
      """
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |
