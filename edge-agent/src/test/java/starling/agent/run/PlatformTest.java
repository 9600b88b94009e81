package starling.agent.run;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.UnfitException;

class PlatformTest {
    private static final String GLIBC = "7f00-7f01 r-xp 0 08:01 1 /usr/lib/x86_64-linux-gnu/libc.so.6\n";
    private static final String MUSL = "7f00-7f01 r-xp 0 08:01 1 /lib/ld-musl-x86_64.so.1\n";

    private static String refused(Platform platform) {
        String sentence = String.valueOf(
                assertThrows(UnfitException.class, platform::requireFit).getMessage());
        assertEquals(1, sentence.lines().count());
        return sentence;
    }

    @ParameterizedTest
    @ValueSource(strings = {"amd64", "x86_64", "aarch64", "AARCH64"})
    void sixtyFourBitLinuxFits(String processor) {
        assertDoesNotThrow(() -> new Platform("Linux", processor, GLIBC).requireFit());
        assertDoesNotThrow(() -> new Platform("Linux", processor, "").requireFit());
    }

    @ParameterizedTest
    @CsvSource({"arm,true", "armv7l,true", "armv6l,true", "i386,false", "x86,false", "riscv64,false", "ppc64le,false"})
    void otherProcessorsGetOneSentence(String processor, boolean arm) {
        String sentence = refused(new Platform("Linux", processor, GLIBC));
        assertTrue(
                sentence.contains("needs a 64-bit x86 or ARM system: this Java is for '" + processor + "'"), sentence);
        assertEquals(arm, sentence.contains("32-bit ARM board"), sentence);
    }

    @Test
    void muslGetsOneSentence() {
        String sentence = refused(new Platform("Linux", "amd64", MUSL));
        assertTrue(sentence.contains("this Java uses musl (Alpine)"), sentence);
        refused(new Platform("Linux", "aarch64", "1 r-xp 0 0 0 /lib/libc.musl-aarch64.so.1\n"));
    }

    @Test
    void thisMachineFits() {
        assertDoesNotThrow(Platform.current()::requireFit);
    }
}
