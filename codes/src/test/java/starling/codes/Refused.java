package starling.codes;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** Expects that a message is refused, by a sentence that holds some words. */
public final class Refused {
    private Refused() {}

    public static void by(String words, Executable decoding) {
        String sentence = String.valueOf(
                assertThrows(MalformedMessageException.class, decoding).getMessage());
        assertTrue(sentence.contains(words), sentence);
    }
}
