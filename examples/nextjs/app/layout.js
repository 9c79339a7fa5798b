import './page.css';

export const metadata = { title: 'Upload a picture' };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
