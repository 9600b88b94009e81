package starling.link.topic;

import java.nio.charset.StandardCharsets;

/**
 * MQTT's rules for topics and filters: levels between slashes, {@code +} for one level, {@code #} for all that remain (and
 * for the level before it). A wildcard in first place does not match topics that begin with {@code $}.
 */
public final class TopicFilter {

    /** The longest topic or filter in bytes of UTF-8. */
    public static final int MAX_BYTES = 1024;

    private TopicFilter() {}

    /**
     * Returns the topic if a message can be published on it: 1 to {@link #MAX_BYTES} bytes, no wildcard, no NUL, and not below {@code $}.
     *
     * @throws IllegalArgumentException otherwise
     */
    public static String requireTopic(String topic) {
        requireText("a topic", topic);
        if (topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0 || topic.startsWith("$")) {
            throw new IllegalArgumentException("a topic must not contain + or #, nor begin with $: it is " + topic);
        }
        return topic;
    }

    /**
     * Returns the filter if it is well formed: {@code +} alone in its level, {@code #} alone in the last one.
     *
     * @throws IllegalArgumentException otherwise
     */
    public static String requireFilter(String filter) {
        requireText("a topic filter", filter);
        String[] levels = filter.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            boolean wild = levels[i].indexOf('+') >= 0 || levels[i].indexOf('#') >= 0;
            if ((wild && levels[i].length() > 1) || (levels[i].equals("#") && i < levels.length - 1)) {
                throw new IllegalArgumentException(
                        "a topic filter must have + alone in its level and # alone in the last: it is " + filter);
            }
        }
        return filter;
    }

    /** Whether a filter matches a topic. Both must be well formed. */
    public static boolean matches(String filter, String topic) {
        if (topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) {
            return false;
        }
        return covers(filter, topic);
    }

    /** Whether a filter matches every topic that another filter matches. Both must be well formed. */
    public static boolean covers(String wide, String narrow) {
        int w = 0;
        int n = 0;
        while (true) {
            if (isRest(wide, w)) {
                return true;
            }
            if (isRest(narrow, n)) {
                // Every topic has a first level, so these two say the same.
                return n == 0 && wide.equals("+/#");
            }
            int wEnd = levelEnd(wide, w);
            int nEnd = levelEnd(narrow, n);
            if (!isOne(wide, w, wEnd)
                    && (isOne(narrow, n, nEnd)
                            || wEnd - w != nEnd - n
                            || !wide.regionMatches(w, narrow, n, wEnd - w))) {
                return false;
            }
            boolean wMore = wEnd < wide.length();
            boolean nMore = nEnd < narrow.length();
            if (!nMore) {
                return !wMore || isRest(wide, wEnd + 1);
            }
            if (!wMore) {
                return false;
            }
            w = wEnd + 1;
            n = nEnd + 1;
        }
    }

    /** Whether some topic is matched by both filters. Both must be well formed. */
    public static boolean overlap(String first, String second) {
        int a = 0;
        int b = 0;
        while (true) {
            if (isRest(first, a) || isRest(second, b)) {
                return true;
            }
            int aEnd = levelEnd(first, a);
            int bEnd = levelEnd(second, b);
            if (!isOne(first, a, aEnd)
                    && !isOne(second, b, bEnd)
                    && (aEnd - a != bEnd - b || !first.regionMatches(a, second, b, aEnd - a))) {
                return false;
            }
            boolean aMore = aEnd < first.length();
            boolean bMore = bEnd < second.length();
            if (!aMore || !bMore) {
                return (!aMore || isRest(first, aEnd + 1)) && (!bMore || isRest(second, bEnd + 1));
            }
            a = aEnd + 1;
            b = bEnd + 1;
        }
    }

    private static int levelEnd(String filter, int from) {
        int slash = filter.indexOf('/', from);
        return slash < 0 ? filter.length() : slash;
    }

    private static boolean isOne(String filter, int from, int to) {
        return to - from == 1 && filter.charAt(from) == '+';
    }

    private static boolean isRest(String filter, int from) {
        return from == filter.length() - 1 && filter.charAt(from) == '#';
    }

    private static void requireText(String what, String text) {
        int bytes = text.length() > MAX_BYTES ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException(what + " must have 1 to " + MAX_BYTES + " bytes: it has " + bytes);
        }
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    what + " must not contain NUL: character " + (text.indexOf('\0') + 1) + " is");
        }
    }
}
