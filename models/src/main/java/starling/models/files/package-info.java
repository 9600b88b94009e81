/** What every command that writes something needs of the file system: whether it may, putting in place, removing. */
@NullMarked
package starling.models.files;

import org.jspecify.annotations.NullMarked;
