package starling.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;

class ResultFolderTest {
    private static final byte[] TEXT = {'{', '}'};

    @TempDir
    private Path folder;

    @Test
    void createsWhatIsMissingAndLeavesNothingBeside() throws IOException {
        Path target = folder.resolve("a/b");
        new ResultFolder(target, false).write(Map.of("findings.json", TEXT, "figure.png", TEXT));
        assertEquals(List.of("figure.png", "findings.json"), names(target));
        assertEquals(List.of("b"), names(folder.resolve("a")));
    }

    @Test
    void anEmptyFolderIsFree() throws IOException {
        Path target = Files.createDirectory(folder.resolve("empty"));
        new ResultFolder(target, false).write(Map.of("findings.json", TEXT));
        assertEquals(List.of("findings.json"), names(target));
        assertEquals(List.of("empty"), names(folder));
    }

    @Test
    void replacesResultsOnlyWhenForced() throws IOException {
        Path target = folder.resolve("results");
        new ResultFolder(target, false).write(Map.of("findings.json", TEXT, "old.png", TEXT));
        UnfitException refused = assertThrows(UnfitException.class, () -> new ResultFolder(target, false));
        assertEquals("'" + target + "' exists: name a new folder, or give --force to replace it", refused.getMessage());
        new ResultFolder(target, true).write(Map.of("findings.json", TEXT, "new.png", TEXT));
        assertEquals(List.of("findings.json", "new.png"), names(target));
        assertEquals(List.of("results"), names(folder));
    }

    @Test
    void neverReplacesAnythingElse() throws IOException {
        Path target = Files.createDirectory(folder.resolve("precious"));
        Files.write(target.resolve("letter.txt"), TEXT);
        UnfitException refused = assertThrows(UnfitException.class, () -> new ResultFolder(target, true));
        assertEquals("--force replaces results only: '" + target + "' holds no findings.json", refused.getMessage());
        Path file = Files.write(folder.resolve("file"), TEXT);
        assertThrows(UnfitException.class, () -> new ResultFolder(file, false));
        assertThrows(UnfitException.class, () -> new ResultFolder(file, true));
        assertTrue(Files.exists(target.resolve("letter.txt")));
    }

    @Test
    void noticesWhatAppearedMeanwhile() throws IOException {
        Path target = folder.resolve("results");
        ResultFolder chosen = new ResultFolder(target, false);
        Files.createDirectory(target);
        Files.write(target.resolve("letter.txt"), TEXT);
        assertThrows(UnfitException.class, () -> chosen.write(Map.of("findings.json", TEXT)));
        assertEquals(List.of("letter.txt"), names(target));
    }

    @Test
    void failedWritingLeavesTheOldResults() throws IOException {
        Path target = folder.resolve("results");
        new ResultFolder(target, false).write(Map.of("findings.json", TEXT));
        Map<String, byte[]> impossible = Map.of("no/such/folder.png", TEXT);
        assertThrows(UnfitException.class, () -> new ResultFolder(target, true).write(impossible));
        assertEquals(List.of("findings.json"), names(target));
        assertEquals(List.of("results"), names(folder));
        assertFalse(Files.exists(folder.resolve("no")));
    }

    private static List<String> names(Path of) throws IOException {
        try (Stream<Path> entries = Files.list(of)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
