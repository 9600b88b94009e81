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
            assertEquals(Optional.empty(), file.read(0));
            IntStream.range(0, 100)
                    .parallel()
                    .filter(node -> node != 50)
                    .forEach(node -> file.write(node, record(node)));
            assertEquals(Optional.empty(), file.read(50), "a node that never wrote between others");
            assertEquals(Optional.empty(), file.read(100));
            file.write(7, record(9));
            assertThrows(IllegalArgumentException.class, () -> file.write(1, new byte[4]));
            assertThrows(IllegalArgumentException.class, () -> file.write(1, new byte[3]));
        }
        try (ResidualFile again = new ResidualFile(place, 3)) {
            assertArrayEquals(record(9), again.read(7).orElseThrow());
            assertArrayEquals(record(99), again.read(99).orElseThrow());
        }
    }
}
