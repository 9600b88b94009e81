package starling.codes;

/**
 * A message that cannot be decoded: truncated, too long, damaged, or of another length. Every decoder throws this and
 * nothing else for bytes that no encoder makes; its sentence names the rule and the value that breaks it.
 */
public final class MalformedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedMessageException(String sentence) {
        super(sentence);
    }
}
