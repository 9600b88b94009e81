package starling.repurpose.command;

import org.jspecify.annotations.Nullable;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;

/** Opens the data sets that options name. */
final class DataOption {
    private DataOption() {}

    static @Nullable Dataset open(@Nullable String spec, Split split, long seed) {
        return spec == null ? null : DataSpec.parse(spec).open(split, seed);
    }
}
