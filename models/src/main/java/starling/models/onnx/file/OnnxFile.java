package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * Reads and writes ONNX files. Reading treats the file as hostile and either returns a model that means one thing, or throws
 * {@link UnfitException} with one sentence.
 *
 * <p>Checked, in this order: a regular file within the size limit; structure and memory estimate of the protocol buffer;
 * IR version 3 to 13, operator sets 7 to 26 and ai.onnx.ml 1 to 5; no functions or training graphs; external data only
 * below the model's folder; every name given once and of at most 1024 characters up to U+FFFF, nothing dangling, only standard operators, no subgraphs; every tensor's
 * values against its type and shape; no cycle; finite constants (NaN never; infinities only as single values read by Clip,
 * Max, Min, Pad or Where); windows, steps and constant shapes on which ONNX Runtime would crash or stall.
 *
 * <p>Changed without changing what is computed: nodes are sorted when they are out of order, initializers leave the inputs,
 * external data moves in, 16-bit floating point is widened to float32, fields unknown to ONNX are dropped; all but the
 * most usual of these leave a note. Not checked: whether operators, attributes and shapes fit together, which ONNX Runtime
 * does when the model is folded or run. What is accepted has therefore one meaning, but may still be refused there.
 *
 * <p>Cost: the file is held once, tensors share its bytes; time is linear in its size.
 */
public final class OnnxFile {
    private static final Parser<ModelProto> PARSER = DiscardUnknownFieldsParser.wrap(ModelProto.parser());

    private OnnxFile() {}

    /** {@link #load(Path, LoadLimits)} within the default limits. */
    public static LoadedModel load(Path file) {
        return load(file, LoadLimits.defaults());
    }

    /**
     * Loads a model file and the external data it names.
     *
     * @throws UnfitException if the file cannot be read or anything in it is refused; the sentence begins with its name
     */
    public static LoadedModel load(Path file, LoadLimits limits) {
        String name = name(file);
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new UnfitException("a model must be a regular file, and this is "
                        + (attributes.isDirectory() ? "a folder" : "none"));
            }
            byte[] bytes;
            try (SeekableByteChannel channel = Files.newByteChannel(file)) {
                bytes = BoundedRead.all(channel, limits.maxFileBytes(), "the file");
            }
            Path folder = file.toAbsolutePath().getParent();
            return parse(
                    UnsafeByteOperations.unsafeWrap(bytes), limits, folder == null ? null : new ModelFolder(folder));
        } catch (UnfitException e) {
            throw new UnfitException(name + ": " + e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw new UnfitException(name + ": there is no such file: " + file, e);
        } catch (AccessDeniedException e) {
            throw new UnfitException(name + ": no permission to read " + e.getFile(), e);
        } catch (IOException e) {
            throw new UnfitException(name + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static String name(Path file) {
        Path last = file.getFileName();
        return Wording.plain(String.valueOf(last == null ? file : last));
    }

    /**
     * Reads a model from memory; the array must not change afterwards, since tensors share it.
     *
     * @throws UnfitException if anything in it is refused, external data in particular
     */
    public static LoadedModel parse(byte[] bytes, LoadLimits limits) {
        if (bytes.length > limits.maxFileBytes()) {
            throw new UnfitException(
                    "the model has " + bytes.length + " bytes, and the limit is " + limits.maxFileBytes());
        }
        try {
            return parse(UnsafeByteOperations.unsafeWrap(bytes), limits, null);
        } catch (IOException e) {
            throw new IllegalStateException("nothing is read from files here", e);
        }
    }

    private static LoadedModel parse(ByteString bytes, LoadLimits limits, @Nullable ModelFolder folder)
            throws IOException {
        if (bytes.isEmpty()) {
            throw new UnfitException("not an ONNX model: the file is empty");
        }
        long unknownFields;
        ModelProto.Builder model;
        try {
            unknownFields = WireScan.scan(bytes.newCodedInput(), bytes.size(), limits);
            CodedInputStream in = bytes.newCodedInput();
            in.enableAliasing(true);
            model = PARSER.parseFrom(in).toBuilder();
            in.checkLastTagWas(0);
        } catch (InvalidProtocolBufferException e) {
            throw new UnfitException("not an ONNX model, or a damaged one: " + sentence(e), e);
        }
        ExternalData external = new ExternalData(folder, limits, bytes.size());
        List<String> notes = new ArrayList<>();
        if (unknownFields > 0) {
            notes.add(Wording.count(unknownFields, "field", "fields") + " unknown to ONNX IR version "
                    + HeaderCheck.NEWEST_IR + " and older were left out");
        }
        settle(model, external, limits, notes);
        return new LoadedModel(model.build(), Digests.ofModel(bytes, external.files()), notes);
    }

    /** All checks and conversions on a parsed model, in place. */
    private static void settle(ModelProto.Builder model, ExternalData external, LoadLimits limits, List<String> notes)
            throws IOException {
        HeaderCheck.check(model.buildPartial());
        external.inline(model.getGraphBuilder());
        notes.addAll(Tidying.tidy(model));
        GraphCheck.check(model.buildPartial(), limits);
        if (TopologicalOrder.sort(model.getGraphBuilder())) {
            notes.add("nodes were out of order and have been sorted");
        }
        notes.addAll(HalfPrecision.widen(model.getGraphBuilder()));
        FiniteCheck.check(model.getGraph());
        OperatorCheck.check(model.getGraph(), limits);
    }

    private static String sentence(InvalidProtocolBufferException e) {
        String message = String.valueOf(e.getMessage());
        boolean early = message.contains("truncated") || message.contains("ended unexpectedly");
        return early ? "the data ends too early" : "its protocol buffer is malformed";
    }

    /** {@link #save(ModelProto, Path, LoadLimits)} within the default limits. */
    public static void save(ModelProto model, Path file) {
        save(model, file, LoadLimits.defaults());
    }

    /**
     * Writes a model: the file appears whole or not at all, also when the power fails, and an older file of that name stays
     * until then. The same model always gives the same bytes.
     *
     * @throws UnfitException if {@link #load} would refuse the model (external data in particular), or it cannot be written
     */
    public static void save(ModelProto model, Path file, LoadLimits limits) {
        String name = name(file);
        try {
            long size = model.getSerializedSize();
            if (size < 0 || size > limits.maxFileBytes()) {
                throw new UnfitException("the model would need more than " + limits.maxFileBytes()
                        + " bytes, the limit for model files");
            }
            settle(model.toBuilder(), new ExternalData(null, limits, 0), limits, new ArrayList<>());
            if (Files.isDirectory(file)) {
                throw new UnfitException("a folder of that name is in the way");
            }
            Path place = file.toAbsolutePath();
            Path folder = place.getParent();
            if (folder != null && !Files.isDirectory(folder)) {
                throw new UnfitException("cannot be written: there is no folder " + folder);
            }
            write(model, place, limits);
        } catch (UnfitException e) {
            throw new UnfitException(name + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UnfitException(name + ": cannot be written: " + e, e);
        }
    }

    private static void write(ModelProto model, Path file, LoadLimits limits) throws IOException {
        Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel =
                    FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                OutputStream stream = Channels.newOutputStream(channel);
                CodedOutputStream out = CodedOutputStream.newInstance(stream, 1 << 16);
                out.useDeterministicSerialization();
                model.writeTo(out);
                out.flush();
                channel.force(true);
            }
            try (InputStream written = Files.newInputStream(part)) {
                WireScan.scan(CodedInputStream.newInstance(written), Files.size(part), limits);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
        Path folder = file.getParent();
        if (folder != null) {
            try (FileChannel entry = FileChannel.open(folder, StandardOpenOption.READ)) {
                entry.force(true);
            }
        }
    }
}
