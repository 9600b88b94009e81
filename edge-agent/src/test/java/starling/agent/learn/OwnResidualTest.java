package starling.agent.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;

class OwnResidualTest {
    private static byte[] state(int round) {
        return new byte[] {1, (byte) round};
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** Goes through rounds 0 to below a count; the state after round r is that of r + 1. */
    private static OwnResidual after(OwnResidual residual, int rounds) {
        for (int round = 0; round < rounds; round++) {
            residual.begin(round, true);
            residual.after(0, round, state(round + 1));
        }
        return residual;
    }

    @Test
    void keepsTheNewestTwoAndTheOneAtTheCheckpoint(@TempDir Path folder) throws IOException {
        after(new OwnResidual(folder, "t", 5), 8);
        assertEquals(List.of("residual-t-5", "residual-t-7", "residual-t-8"), files(folder));
        OwnResidual again = new OwnResidual(folder, "t", 5);
        assertArrayEquals(state(8), again.before(0, 8).orElseThrow());
        assertArrayEquals(state(8), again.before(0, 20).orElseThrow(), "it was away for some rounds");
        assertTrue(new OwnResidual(folder, "other", 5).before(0, 8).isEmpty());
    }

    @Test
    void goesBackWithARouterThatGoesOnFromItsCheckpoint(@TempDir Path folder) throws IOException {
        OwnResidual residual = after(new OwnResidual(folder, "t", 5), 8);
        residual.begin(5, true);
        assertArrayEquals(state(5), residual.before(0, 5).orElseThrow());
        assertEquals(List.of("residual-t-5"), files(folder));
    }

    @Test
    void whatDidNotCountIsTakenBack() {
        OwnResidual residual = after(new OwnResidual(null, "t", 0), 3);
        residual.begin(3, false);
        assertArrayEquals(state(2), residual.before(0, 3).orElseThrow());
        OwnResidual heard = after(new OwnResidual(null, "t", 0), 3);
        heard.begin(3, true);
        assertArrayEquals(state(3), heard.before(0, 3).orElseThrow());
    }

    @Test
    void aFolderThatIsAFileIsRefused(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        UnfitException refused = assertThrows(UnfitException.class, () -> new OwnResidual(file, "t", 5));
        assertTrue(String.valueOf(refused.getMessage()).startsWith("what was not sent cannot be kept in '"));
    }
}
