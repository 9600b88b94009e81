package starling.link.presence;

import com.fasterxml.jackson.databind.JsonNode;
import starling.link.frame.PlanHash;

/** Strict access to the keys of one JSON object: present, and of the type that is asked for. */
record Fields(JsonNode node) {

    String text(String key) {
        return require(key, "text", node.path(key).isTextual()).textValue();
    }

    long integer(String key) {
        JsonNode value = node.path(key);
        return require(key, "an integer of 64 bits", value.isIntegralNumber() && value.canConvertToLong())
                .longValue();
    }

    int number(String key) {
        JsonNode value = node.path(key);
        return require(key, "an integer of 32 bits", value.isIntegralNumber() && value.canConvertToInt())
                .intValue();
    }

    boolean flag(String key) {
        return require(key, "true or false", node.path(key).isBoolean()).booleanValue();
    }

    PlanHash plan(String key) {
        String hex = text(key);
        require(key, "32 hexadecimal digits", hex.length() == 2 * PlanHash.LENGTH && hex.matches("[0-9a-f]*"));
        return PlanHash.ofHex(hex);
    }

    Presence.Status status(String key) {
        String text = text(key);
        return switch (text) {
            case "starting" -> Presence.Status.STARTING;
            case "ready" -> Presence.Status.READY;
            case "gone" -> Presence.Status.GONE;
            default ->
                throw new IllegalArgumentException(
                        "a presence's " + key + " must be starting, ready or gone: it is " + shorten(text));
        };
    }

    private JsonNode require(String key, String what, boolean holds) {
        if (!holds) {
            String value = node.has(key) ? shorten(node.get(key).toString()) : "missing";
            throw new IllegalArgumentException("a presence's " + key + " must be " + what + ": it is " + value);
        }
        return node.path(key);
    }

    /** At most 40 characters of a foreign text, control characters replaced. */
    static String shorten(String text) {
        String start = text.length() > 40 ? text.substring(0, 40) + "..." : text;
        return start.replaceAll("\\p{Cntrl}", "?");
    }
}
