import { hueOf, initialOf } from './avatarLook';

/** The first letter of a name on a colour that stays the same for the user. Says nothing to screen readers. */
export function Avatar({ id, name, small = false }: { id: string; name: string; small?: boolean }) {
  return (
    <span className={`avatar hue-${hueOf(id)}${small ? ' avatar-small' : ''}`} aria-hidden="true">
      {initialOf(name)}
    </span>
  );
}
