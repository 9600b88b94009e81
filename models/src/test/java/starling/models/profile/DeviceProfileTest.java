package starling.models.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.UnfitException;

class DeviceProfileTest {
    private static final String GOLDEN = "{\"schema\":1,\"producer\":\"starling 0.1.0\",\"device\":\"Linux aarch64\","
            + "\"processors\":4,\"threads\":2,\"memoryBytes\":4000000000,\"matMulFlops\":2.0E9,\"convFlops\":1.0E10,"
            + "\"roundTripSeconds\":0.003,\"bytesPerSecond\":null}";

    @TempDir
    Path folder;

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("device.json"), text);
    }

    @Test
    void aProfileIsReadAsItWasWritten() throws IOException {
        DeviceProfile read = DeviceProfile.read(write(GOLDEN));
        assertEquals(
                new DeviceProfile(1, "starling 0.1.0", "Linux aarch64", 4, 2, 4_000_000_000L, 2e9, 1e10, 0.003, null),
                read);
        assertEquals(GOLDEN, read.json());
        assertEquals(read, DeviceProfile.read(write(read.json() + "\n")));
    }

    /** Half the multiply-adds by a device of 1e9, half by one of 5e9 multiply-adds per second: 2 take 1e-9 + 0.2e-9 s. */
    @Test
    void speedIsThatOfTheMixture() throws IOException {
        DeviceProfile profile = DeviceProfile.read(write(GOLDEN));
        assertEquals(1e9, profile.multiplyAddsPerSecond(0), 1);
        assertEquals(5e9, profile.multiplyAddsPerSecond(1), 1);
        assertEquals(2 / 1.2e-9, profile.multiplyAddsPerSecond(0.5), 1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "schema":1 | "schema":2 | schema must be 1: it is 2
        "schema":1, | | schema must be 1: it is null
        2.0E9 | NaN | matMulFlops must be a positive finite number: it is NaN
        2.0E9 | -1 | matMulFlops must be a positive finite number: it is -1.0
        2.0E9 | 0 | matMulFlops must be a positive finite number: it is 0.0
        2.0E9 | 1e999 | matMulFlops must be a positive finite number: it is Infinity
        2.0E9 | null | 'matMulFlops' is not what schema 1 has there, or lacks
        2.0E9 | "fast" | 'matMulFlops' is not what schema 1 has there, or lacks
        "convFlops":1.0E10, | | 'convFlops' is not what schema 1 has there, or lacks
        1.0E10 | -Infinity | convFlops must be a positive finite number: it is -Infinity
        0.003 | -0.5 | roundTripSeconds must be a positive finite number: it is -0.5
        :null | :0 | bytesPerSecond must be a positive finite number: it is 0.0
        "threads":2 | "threads":0 | threads must be at least 1: it is 0
        "threads":2 | "threads":1.5 | 'threads' is not what schema 1 has there, or lacks
        "processors":4 | "processors":-4 | processors must be at least 1: it is -4
        4000000000 | 0 | memoryBytes must be at least 1: it is 0
        "Linux aarch64" | 7 | device must be text: it is 7
        "threads":2 | "threads":2,"more":1 | 'more' is not what schema 1 has there
        "threads":2 | "threads":2,"threads":2 | it is not JSON: Duplicate field 'threads'
        """)
    void anUnfitFieldIsNamed(String from, String to, String fragment) throws IOException {
        refused(GOLDEN.replace(from, to == null ? "" : to), fragment);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "7", "null", "not json", "{}{}"})
    void whatIsNoProfile(String text) throws IOException {
        refused(text, "profile '");
    }

    @Test
    void whatIsNoFile() throws IOException {
        assertThrows(UnfitException.class, () -> DeviceProfile.read(folder.resolve("none")));
        assertThrows(UnfitException.class, () -> DeviceProfile.read(folder));
        refused(" ".repeat(1 << 17), "at most 65536 bytes: it has 131072");
    }

    private void refused(String text, String fragment) throws IOException {
        Path file = write(text);
        String sentence = String.valueOf(assertThrows(UnfitException.class, () -> DeviceProfile.read(file))
                .getMessage());
        assertTrue(sentence.contains(fragment), sentence);
        assertTrue(sentence.contains("device.json"), sentence);
        assertEquals(1, sentence.lines().count(), sentence);
        assertFalse(sentence.contains("starling.models"), sentence);
    }
}
