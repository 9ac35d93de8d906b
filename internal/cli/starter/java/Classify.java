import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;

/**
 * Classifies chats: reads event lines from stdin, and prints fact lines to stdout.
 * It already reads, groups and orders the events, but prints no rows yet. Make classify() return the rows of a chat.
 */
public class Classify {
    /**
     * Returns the rows of one chat. The events are in the order of seq. Each is a map with the names that
     * 'chatproof schema event' prints; its values are String, Double, Map or null. A chat has a row for each invitation
     * of an agent, once that invitation has ended. An example is
     * row("interaction_id", interactionId, "ordinal", 1, "resource_type", "agent", "resource", "Agent 1",
     *     "resource_role", "RoutedTo", "technical_result", "Completed", "result_reason", null)
     */
    static List<Map<String, Object>> classify(String interactionId, List<Map<String, Object>> events) {
        List<Map<String, Object>> rows = new ArrayList<>();
        // Fill in here: go through the events, and add rows.
        return rows;
    }

    static Map<String, Object> row(Object... namesAndValues) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) row.put((String) namesAndValues[i], namesAndValues[i + 1]);
        return row;
    }

    public static void main(String[] args) throws IOException {
        // The events of each chat by seq: an event that comes twice counts once.
        Map<String, TreeMap<Double, Map<String, Object>>> chats = new LinkedHashMap<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            try {
                @SuppressWarnings("unchecked")
                Map<String, Object> event = (Map<String, Object>) new Json(line).read();
                String id = (String) Objects.requireNonNull(event.get("interaction_id"));
                Double seq = (Double) Objects.requireNonNull(event.get("seq"));
                if (!(event.get("event") instanceof String)) throw new IllegalArgumentException("no name");
                chats.computeIfAbsent(id, none -> new TreeMap<>()).putIfAbsent(seq, event);
            } catch (RuntimeException why) {
                System.err.println("skipped, not an event: " + why);
            }
        }
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out), false, StandardCharsets.UTF_8);
        chats.forEach((id, bySeq) -> {
            try {
                for (Map<String, Object> row : classify(id, new ArrayList<>(bySeq.values()))) out.println(Json.text(row));
            } catch (RuntimeException why) { // an error in one chat must not lose the others
                System.err.println(id + ", skipped: " + why);
            }
        });
        out.flush();
    }

    /** As much JSON as event and row lines need; you may use a library instead. */
    static class Json {
        final String s;
        int i;

        Json(String s) {
            this.s = s;
        }

        Object read() {
            char c = next();
            if (c == '{') {
                Map<String, Object> map = new LinkedHashMap<>();
                for (c = next(); c != '}'; c = next() == ',' ? next() : back()) {
                    if (c != '"') throw new IllegalArgumentException("expected a name in column " + i);
                    String name = string();
                    if (next() != ':') throw new IllegalArgumentException("expected a colon in column " + i);
                    map.put(name, read());
                }
                return map;
            }
            if (c == '"') return string();
            int from = i - 1;
            while (i < s.length() && ",}] \t".indexOf(s.charAt(i)) < 0) i++;
            String word = s.substring(from, i);
            return switch (word) {
                case "null" -> null;
                case "true" -> true;
                case "false" -> false;
                default -> Double.valueOf(word);
            };
        }

        char next() {
            while (i < s.length() && Character.isWhitespace(s.charAt(i))) i++;
            if (i == s.length()) throw new IllegalArgumentException("the line ends in the middle");
            return s.charAt(i++);
        }

        char back() {
            if (s.charAt(--i) != '}') throw new IllegalArgumentException("expected a comma in column " + (i + 1));
            return s.charAt(i++);
        }

        String string() {
            StringBuilder b = new StringBuilder();
            for (char c; (c = s.charAt(i++)) != '"'; b.append(c)) {
                if (c != '\\') continue;
                c = s.charAt(i++);
                if (c == 'u') c = (char) Integer.parseInt(s.substring(i, i += 4), 16);
                else if ("bfnrt".indexOf(c) >= 0) c = "\b\f\n\r\t".charAt("bfnrt".indexOf(c));
            }
            return b.toString();
        }

        static String text(Object value) {
            if (value instanceof Map<?, ?> map) {
                StringJoiner fields = new StringJoiner(",", "{", "}");
                map.forEach((name, v) -> fields.add(text(name) + ":" + text(v)));
                return fields.toString();
            }
            if (!(value instanceof String string)) return String.valueOf(value);
            StringBuilder b = new StringBuilder("\"");
            for (char c : string.toCharArray()) {
                if (c == '"' || c == '\\') b.append('\\').append(c);
                else if (c < ' ') b.append(String.format("\\u%04x", (int) c));
                else b.append(c);
            }
            return b.append('"').toString();
        }
    }
}
