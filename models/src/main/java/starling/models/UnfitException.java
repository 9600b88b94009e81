package starling.models;

/**
 * Input that cannot be used: a malformed file, a wrong shape, a plan for another model. The message is one sentence that
 * states the rule and the offending value and is shown to the user as it is; programs end with exit code 1.
 */
public final class UnfitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnfitException(String sentence) {
        super(sentence);
    }

    public UnfitException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
