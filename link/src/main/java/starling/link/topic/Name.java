package starling.link.topic;

/**
 * The rule for every name that becomes part of a topic, a client id or a user name: 1 to 64 characters of {@code A-Z a-z 0-9 . _ -}.
 * That leaves out the wildcards and separators of MQTT, blanks, control characters and anything that looks like another letter.
 */
public final class Name {

    /** The longest name. */
    public static final int MAX_LENGTH = 64;

    private Name() {}

    /**
     * Returns the name if it obeys the rule.
     *
     * @param what what it names, for the sentence: "a fleet name"
     * @throws IllegalArgumentException if it does not
     */
    public static String require(String what, String name) {
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    what + " must have 1 to " + MAX_LENGTH + " characters: it has " + name.length());
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean allowed = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '.'
                    || c == '_'
                    || c == '-';
            if (!allowed) {
                throw new IllegalArgumentException(
                        what + " must consist of the characters A-Z a-z 0-9 . _ -: character " + (i + 1)
                                + String.format(" is U+%04X", (int) c));
            }
        }
        return name;
    }
}
