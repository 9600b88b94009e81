package starling.models.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
    @TempDir
    private Path room;

    @Test
    void aPlaceThatCanBeWrittenIsLeftAsItWas() throws IOException {
        Folders.requireWritable(room.resolve("new"));
        Folders.requireWritable(room.resolve("some/folders/down"));
        Folders.requireWritable(Path.of("relative"));
        assertEquals(List.of(), entries(room));
    }

    @Test
    void aPlaceBelowAFileOrOnAFileSystemWithoutNewFilesIsRefused() throws IOException {
        Path file = Files.writeString(room.resolve("file"), "precious");
        IOException below = assertThrows(IOException.class, () -> Folders.requireWritable(file.resolve("x/y")));
        assertEquals("'" + file + "' is not a folder", Folders.reason(below));
        Path processes = Path.of("/proc");
        Assumptions.assumeTrue(Files.isDirectory(processes.resolve("self")), "there is no /proc here");
        IOException never = assertThrows(IOException.class, () -> Folders.requireWritable(processes.resolve("x/y")));
        assertEquals("no permission to write '/proc'", Folders.reason(never));
    }

    @Test
    void replacesAFolderAndLeavesNothingBeside() throws IOException {
        Path target = room.resolve("target");
        for (String content : List.of("first", "second")) {
            Path staged = Files.createDirectories(room.resolve(".staged"));
            Files.writeString(staged.resolve(content), content);
            Folders.replace(staged, target);
            assertEquals(List.of(content), entries(target));
            assertEquals(List.of("target"), entries(room));
        }
    }

    @Test
    void theOldFolderStaysWhereTheNewOneCannotBeMoved() throws IOException {
        Path target = Files.createDirectories(room.resolve("target"));
        Files.writeString(target.resolve("file"), "precious");
        assertThrows(IOException.class, () -> Folders.replace(room.resolve(".missing"), target));
        assertEquals(List.of("target"), entries(room));
        assertEquals("precious", Files.readString(target.resolve("file")));
    }

    @Test
    void removesWhatIsInAFolderButNotWhatLinksLeadTo() throws IOException {
        Path precious = Files.createDirectories(room.resolve("precious/inner"));
        Path folder = Files.createDirectories(room.resolve("folder/a/b"));
        Files.writeString(folder.resolve("file"), "x");
        Files.createSymbolicLink(folder.resolve("link"), precious.getParent());
        Folders.delete(room.resolve("folder"));
        assertFalse(Files.exists(room.resolve("folder")));
        assertTrue(Files.isDirectory(precious));
        Path link = Files.createSymbolicLink(room.resolve("link"), precious.getParent());
        Folders.delete(link);
        assertEquals(List.of("precious"), entries(room));
        assertTrue(Files.isDirectory(precious));
        Folders.delete(link);
    }

    private static List<String> entries(Path folder) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
