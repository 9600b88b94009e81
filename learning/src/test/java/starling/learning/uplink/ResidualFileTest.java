package starling.learning.uplink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidualFileTest {
    private static byte[] record(int node) {
        return new byte[] {1, (byte) node, 3};
    }

    @Test
    void recordsAreKeptByNode(@TempDir Path folder) throws IOException {
        Path place = folder.resolve("residuals");
        try (ResidualFile file = new ResidualFile(place, 3)) {
            assertEquals(Optional.empty(), file.before(0, 0));
            IntStream.range(0, 100)
                    .parallel()
                    .filter(node -> node != 50)
                    .forEach(node -> file.after(node, 0, record(node)));
            assertEquals(Optional.empty(), file.before(50, 0), "a node that never wrote between others");
            assertEquals(Optional.empty(), file.before(100, 0));
            file.after(7, 0, record(9));
            assertThrows(IllegalArgumentException.class, () -> file.after(1, 0, new byte[4]));
            assertThrows(IllegalArgumentException.class, () -> file.after(1, 0, new byte[3]));
        }
        try (ResidualFile again = new ResidualFile(place, 3)) {
            assertArrayEquals(record(9), again.before(7, 0).orElseThrow());
            assertArrayEquals(record(99), again.before(99, 0).orElseThrow());
        }
    }
}
