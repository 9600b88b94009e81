package starling.link.frame;

/** A byte array is not a frame; the message names the rule and the value that broke it. */
public final class MalformedFrameException extends Exception {

    public MalformedFrameException(String sentence) {
        super(sentence);
    }
}
