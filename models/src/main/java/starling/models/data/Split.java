package starling.models.data;

import java.util.Locale;

/** Which part of the data is meant. */
public enum Split {
    /** What a model may be fitted to. */
    TRAIN,
    /** What it is judged on. */
    TEST,
    /** Both: first all of {@link #TRAIN}, then all of {@link #TEST}; tables and arrays without parts in file order. */
    ALL;

    /** The word used in {@code DATA} strings. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
