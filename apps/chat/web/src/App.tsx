import { useMemo, useState } from 'react';
import { ApiContext } from './api/ApiContext';
import { ActivityMenu } from './activity/ActivityMenu';
import { ActivityProvider } from './activity/ActivityProvider';
import { ChatApi } from './api/chatApi';
import { roomsHttp } from './api/roomsHttp';
import { tabStorage } from './outboxStorage';
import { ChatProvider, type ChatClientOptions } from './realtime';
import { DirectoryProvider, useDirectory } from './rooms/DirectoryProvider';
import { RoomList } from './rooms/RoomList';
import { RoomPage } from './rooms/RoomPage';
import { useSession } from './session/SessionContext';
import type { SessionStore } from './session/sessionStore';
import { SignInPage } from './session/SignInPage';
import { Drawer } from './ui/Drawer';
import { navigate, useOpenRoomId } from './ui/router';
import { TopBar } from './ui/TopBar';
import { TransportPicker } from './ui/TransportPicker';
import { chosenTransport } from './ui/transportChoice';

export function App() {
  const { store, state } = useSession();
  if (state.status === 'loading') return null;
  if (state.status === 'signed-out') return <SignInPage />;
  const { userId, userName } = state;
  return <Chat key={userId} store={store} userId={userId} userName={userName} />;
}

function Chat({ store, userId, userName }: { store: SessionStore; userId: string; userName: string }) {
  const api = useMemo(() => new ChatApi(store.token), [store]);
  const options = useMemo(
    (): ChatClientOptions => ({
      self: { userId, userName },
      tokens: { get: store.token, subscribe: store.onToken },
      loadMessages: api.messages,
      http: roomsHttp(api),
      transport: chosenTransport(),
      outboxStorage: tabStorage(userId),
    }),
    [api, store, userId, userName],
  );
  return (
    <ApiContext value={api}>
      <ChatProvider options={options}>
        <DirectoryProvider>
          <ActivityProvider tokens={options.tokens}>
            <Shell userId={userId} userName={userName} onSignOut={() => void store.signOut()} />
          </ActivityProvider>
        </DirectoryProvider>
      </ChatProvider>
    </ApiContext>
  );
}

interface ShellProps {
  userId: string;
  userName: string;
  onSignOut: () => void;
}

function Shell({ userId, userName, onSignOut }: ShellProps) {
  const openRoomId = useOpenRoomId();
  const { rooms, invitations } = useDirectory();
  const [roomsShown, setRoomsShown] = useState(false);
  const closeRooms = () => setRoomsShown(false);
  const signOut = () => {
    // Whoever signs in here next need not begin in the room of another.
    navigate('/');
    onSignOut();
  };
  return (
    <div className="shell">
      <TopBar
        userId={userId}
        userName={userName}
        roomsShown={roomsShown}
        hasNews={invitations.length > 0 || rooms.some((room) => room.unread > 0)}
        onShowRooms={() => setRoomsShown(true)}
        onSignOut={signOut}
      >
        <ActivityMenu />
      </TopBar>
      <Drawer side="left" label="Rooms and invitations" shown={roomsShown} onClose={closeRooms}>
        <RoomList openRoomId={openRoomId} onChosen={closeRooms} />
        <TransportPicker />
      </Drawer>
      <main className="main">
        {openRoomId === null ? <Welcome userName={userName} /> : <RoomPage key={openRoomId} roomId={openRoomId} />}
      </main>
    </div>
  );
}

function Welcome({ userName }: { userName: string }) {
  return (
    <div className="stage">
      <div className="stage-inner">
        <h1 className="stage-title">Hello, {userName}</h1>
        <p>Choose a room to read along, or make a new one and ask people in.</p>
      </div>
    </div>
  );
}
