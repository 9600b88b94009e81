/**
 * Where samples and labels come from: the {@code DATA} strings of every command, the file formats behind them (IDX, CIFAR-10,
 * tables, NumPy arrays, shipped slices) and the one transformation every pixel goes through before a model sees it. Files
 * are strangers: whatever they claim is checked before memory is spent on it.
 */
@NullMarked
package starling.models.data;

import org.jspecify.annotations.NullMarked;
